import type { Cursor } from '../core/streamPosition.ts'
import { refusePromise } from '../core/validation.ts'
import { isFunction, type Update } from './update.ts'
import type { Updater } from './updaters.ts'

/** Reads how new data is. The versions of a query must always grow, even across restarts of the server. */
export type VersionOf = (data: unknown) => number | string | undefined

/** Reads from a response the position in the server's log up to which it is complete. */
export type PositionOf = (data: unknown) => Cursor | undefined

/** Reads an age; `undefined` if the data has none, or if the application's function throws or returns a promise. */
export function read<Age>(ageOf: (data: unknown) => Age | undefined, data: unknown): Age | undefined {
  try {
    return data === undefined ? undefined : refusePromise(ageOf(data), 'The age')
  } catch {
    return undefined
  }
}

/** Whether one state of some data is older than another; `false` if unknown. */
export function isOlder(data: unknown, than: unknown, versionOf: VersionOf): boolean {
  const version = read(versionOf, data)
  const other = read(versionOf, than)
  return version !== undefined && other !== undefined && typeof version === typeof other && version < other
}

/**
 * Whether data that is complete up to `position` contains the update at `cursor`; `undefined` if the two
 * cannot be compared.
 */
export function holds(position: Cursor | undefined, cursor: Cursor | undefined): boolean | undefined {
  if (typeof position !== 'object' || typeof cursor !== 'object') return undefined
  return position.epoch === cursor.epoch ? cursor.seq <= position.seq : undefined
}

/** A value that is skipped if the cached data is newer. */
export function unlessOlder(value: unknown, versionOf: VersionOf): Updater<unknown> {
  const update = (data: unknown) => (isOlder(value, data, versionOf) ? data : value)
  return Object.assign(update, { isIdempotent: true, isWhole: true as const })
}

/** An update that is skipped if the data already contains it, so that applying it twice does no harm. */
export function unlessHeld(update: Update, cursor: Cursor, positionOf: PositionOf): Updater<unknown> {
  const apply = (data: unknown, flush?: object) => {
    if (holds(read(positionOf, data), cursor)) return data
    return isFunction(update) ? update(data, flush) : update
  }
  if (!isFunction(update)) return Object.assign(apply, { isIdempotent: true, isWhole: true as const })
  const { sharesStructure, isWhole } = update
  return Object.assign(apply, {
    isIdempotent: true,
    ...(sharesStructure && { sharesStructure }),
    ...(isWhole && { isWhole }),
  })
}
