import { refusePromise } from '../core/refusePromise.ts'
import type { Updater } from './updaters.ts'

/** A value that replaces the cached data, or a function of it. */
export type Update<Data = unknown> = Data | Updater<Data> | ((data: Data | undefined) => Data | undefined)

/** What a run of updates made of some data. */
export interface UpdatedData {
  data: unknown
  /** Whether all of them kept the identity of what they did not change. */
  sharesStructure: boolean
}

/** Applies updates in order. Each runs in `guard`, so that the error of one leaves what the others did. */
export function applyUpdates(
  before: unknown,
  updates: readonly Update[],
  guard: (call: () => void) => void,
): UpdatedData {
  const flush = updates.length > 1 ? {} : undefined
  let data = before
  let sharesStructure = true
  for (const update of updates) {
    if (isFunction(update)) {
      guard(() => {
        data = update(data, flush)
      })
      sharesStructure &&= update.sharesStructure === true
    } else {
      data = update
      sharesStructure = false
    }
  }
  return { data, sharesStructure }
}

/** An updater that leaves the data where it would throw. `failed` gets its first error. */
export function catching(update: Updater<unknown>, failed: (error: unknown) => void): Updater<unknown> {
  let hasFailed = false
  const apply = (data: unknown, flush?: object) => {
    try {
      return refusePromise(update(data, flush), 'An updater')
    } catch (error) {
      if (!hasFailed) failed(error)
      hasFailed = true
      return data
    }
  }
  return Object.assign(apply, update)
}

/** Whether applying an update a second time, over data that may hold it already, changes nothing more. */
export function isIdempotent(update: Update): boolean {
  return !isFunction(update) || update.isIdempotent === true
}

/** Whether an update makes something of what is there, and so only a part of what is not. */
export function isPartial(update: Update): boolean {
  return isFunction(update) && update.isWhole !== true
}

export function isFunction(update: Update): update is Updater<unknown> {
  return typeof update === 'function'
}
