import { refusePromise } from '../core/validation.ts'
import type { Updater } from './updaters.ts'

/** A value that replaces the cached data, or a function of it. */
export type Update<Data = unknown> = Data | Updater<Data> | ((data: Data | undefined) => Data | undefined)

/** The result of applying updates to some data. */
export interface UpdatedData {
  data: unknown
  /** Whether all of them kept the identity of what they did not change. */
  sharesStructure: boolean
}

/** Applies updates in order. Each runs in `guard`, so that an error in one does not undo the others. */
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

/** An updater that keeps the data if it would throw. `failed` receives its first error. */
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

/** Whether applying an update again, over data that may already contain it, changes nothing more. */
export function isIdempotent(update: Update): boolean {
  return !isFunction(update) || update.isIdempotent === true
}

/** Whether an update needs existing data: applied to missing data, it yields a partial value. */
export function isPatch(update: Update): boolean {
  return isFunction(update) && update.isReplacement !== true
}

export function isFunction(update: Update): update is Updater<unknown> {
  return typeof update === 'function'
}
