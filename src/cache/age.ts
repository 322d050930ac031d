import type { Cursor } from '../core/recovery.ts'
import { refusePromise } from '../core/refusePromise.ts'
import { isFunction, type Update } from './update.ts'
import type { Updater } from './updaters.ts'

/** Reads from data how new it is. Versions of one query must grow for ever, over restarts of the server, too. */
export type VersionOf = (data: unknown) => number | string | undefined

/** Reads from an answer up to where in the server's log it holds everything. */
export type PositionOf = (data: unknown) => Cursor | undefined

/** Reads an age; what has none, or makes the application's function throw or give a promise, has an unknown one. */
export function read<Age>(ageOf: (data: unknown) => Age | undefined, data: unknown): Age | undefined {
  try {
    return data === undefined ? undefined : refusePromise(ageOf(data), 'The age')
  } catch {
    return undefined
  }
}

/** Whether one state of some data is older than another; not where that cannot be said. */
export function isOlder(data: unknown, than: unknown, versionOf: VersionOf): boolean {
  const version = read(versionOf, data)
  const other = read(versionOf, than)
  return version !== undefined && other !== undefined && typeof version === typeof other && version < other
}

/** Whether what is complete up to `position` holds the update at `cursor`; `undefined` where the two cannot be compared. */
export function holds(position: Cursor | undefined, cursor: Cursor | undefined): boolean | undefined {
  if (typeof position !== 'object' || typeof cursor !== 'object') return undefined
  return position.epoch === cursor.epoch ? cursor.seq <= position.seq : undefined
}

/** A value that gives way to newer data. */
export function unlessOlder(value: unknown, versionOf: VersionOf): Updater<unknown> {
  const update = (data: unknown) => (isOlder(value, data, versionOf) ? data : value)
  return Object.assign(update, { isIdempotent: true, isWhole: true as const })
}

/** An update that is left out where the data holds it already, so that applying it twice does no harm. */
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
