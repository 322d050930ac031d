import type { Query, QueryCacheNotifyEvent, QueryKey } from '@tanstack/react-query'
import type { Clock, TimerHandle } from '../core/platform.ts'
import type { Cursor } from '../core/streamPosition.ts'
import { isFunction, type Update } from './update.ts'
import { refusePromise } from '../core/validation.ts'
import type { Updater } from './updaters.ts'

/** How long after an outdated response to refetch once more (ms). Doubles each time the response is still outdated. */
const SECOND_LOOK = 1_000
const LONGEST_WAIT = 60_000

/** What is known about the age of a connection's data. */
interface StaleGuardOptions {
  clock: Clock
  versionOf(key: QueryKey): VersionOf | undefined
  positionOf(key: QueryKey): PositionOf | undefined
  /** The position from which the stream was followed without a gap. */
  since(): Cursor | undefined
  refetch(query: Query): void
  /** The response to a second look was outdated, too. */
  outdated(key: QueryKey): void
}

/** What an update applies to, and its position in the server's log. */
interface Target {
  hash: string
  key: QueryKey
  cursor: Cursor | undefined
}

/** What a query held before the event being examined. */
interface Held {
  data: unknown
  isInvalidated: boolean
  /** The last update of its key before the current fetch, whose response must contain it. */
  written: Cursor | undefined
}

/** Ensures that older data never replaces newer data, whether it comes from a response or a message. */
export class StaleGuard {
  readonly #rules: StaleGuardOptions
  readonly #held = new WeakMap<Query, Held>()
  /** The last update of each key that has a position. */
  readonly #written = new Map<string, Cursor>()
  readonly #timers = new Map<Query, TimerHandle>()
  readonly #waits = new WeakMap<Query, number>()

  constructor(rules: StaleGuardOptions) {
    this.#rules = rules
  }

  /** Wraps the update of a message at this position, so that it is skipped if the data is newer. */
  withVersion({ hash, key, cursor }: Target, update: Update): Update {
    const versionOf = isFunction(update) ? undefined : this.#rules.versionOf(key)
    const versioned = versionOf ? keepNewer(update, versionOf) : update
    const positionOf = cursor === undefined ? undefined : this.#rules.positionOf(key)
    if (cursor === undefined || !positionOf) return versioned
    this.#written.set(hash, cursor)
    return skipIfApplied(versioned, cursor, positionOf)
  }

  /** Examines what is already cached when tracking starts. */
  begin(queries: readonly Query[]): void {
    for (const query of queries) {
      const { data, isInvalidated } = query.state
      this.#held.set(query, { data, isInvalidated, written: this.#written.get(query.queryHash) })
    }
  }

  forget(hash: string): void {
    this.#written.delete(hash)
  }

  /** Whether this event replaced newer data with older data. `restore` undoes it. */
  isTooOld(event: QueryCacheNotifyEvent): boolean {
    const query = event.query as Query
    if (event.type !== 'updated') return false
    const versionOf = this.#rules.versionOf(query.queryKey)
    const positionOf = this.#rules.positionOf(query.queryKey)
    if (!versionOf && !positionOf) return false
    const held = this.#held.get(query)
    const { data, isInvalidated } = query.state
    const isAnswer = event.action.type === 'success' && event.action.manual !== true
    const isBehind =
      (versionOf && data !== held?.data && isOlder(data, held?.data, versionOf)) ||
      (positionOf && isAnswer && this.#lacks(read(positionOf, data), held))
    if (isBehind && held?.data !== undefined) return true
    const isFetch = event.action.type === 'fetch'
    const written = isFetch ? this.#written.get(query.queryHash) : held?.written
    this.#held.set(query, { data, isInvalidated, written })
    if (isBehind) this.#lookAgain(query)
    else if (isAnswer) this.#waits.delete(query)
    return false
  }

  /**
   * Restores the data that an older response replaced. If that data was known to be stale, it is refetched a
   * little later.
   */
  restore(query: Query): void {
    const held = this.#held.get(query)
    if (!held) return
    query.setData(held.data, { manual: true })
    if (held.isInvalidated) this.#lookAgain(query)
  }

  /** The lowest position in the cache: a stream that resumes there misses nothing for any query. */
  start(queries: readonly Query[]): Cursor | undefined {
    let start: Cursor | undefined
    for (const query of queries) {
      const position = query.state.isInvalidated ? undefined : this.#position(query)
      if (position === undefined) continue
      const isFirst = start === undefined
      if (!isFirst && position !== start && includes(position, start) === undefined) return undefined
      if (isFirst || includes(start, position) === true) start = position
    }
    return start
  }

  /** Whether a query's data ends before the stream begins. */
  isBefore(query: Query, since: Cursor): boolean {
    return isElsewhere(this.#position(query), since)
  }

  hasPosition(query: Query): boolean {
    return this.#position(query) !== undefined
  }

  /** Whether a query's data is complete up to where the stream began, so that nothing is missing. */
  isFollowed(query: Query): boolean {
    return includes(this.#position(query), this.#rules.since()) === true
  }

  end(): void {
    for (const timer of this.#timers.values()) this.#rules.clock.clearTimeout(timer)
    this.#timers.clear()
  }

  #position(query: Query): Cursor | undefined {
    const positionOf = this.#rules.positionOf(query.queryKey)
    return positionOf && read(positionOf, query.state.data)
  }

  /** Whether a response lacks an update written before it was requested, or anything before the stream began. */
  #lacks(position: Cursor | undefined, held: Held | undefined): boolean {
    const since = this.#rules.since()
    return includes(position, held?.written) === false || isElsewhere(position, since)
  }

  #lookAgain(query: Query): void {
    query.invalidate()
    if (this.#timers.has(query)) return
    const look = () => {
      this.#timers.delete(query)
      this.#rules.refetch(query)
    }
    const wait = this.#waits.get(query) ?? SECOND_LOOK
    if (wait > SECOND_LOOK) this.#rules.outdated(query.queryKey)
    this.#waits.set(query, Math.min(2 * wait, LONGEST_WAIT))
    this.#timers.set(query, this.#rules.clock.setTimeout(look, wait))
  }
}

/** Whether a position is before the start of the stream, or in another epoch of the server's log. */
function isElsewhere(position: Cursor | undefined, since: Cursor | undefined): boolean {
  return typeof position === 'object' && typeof since === 'object' && includes(position, since) !== true
}

/** Reads how new data is. The versions of a query must always grow, even across restarts of the server. */
export type VersionOf = (data: unknown) => number | string | undefined

/** Reads from a response the position in the server's log up to which it is complete. */
export type PositionOf = (data: unknown) => Cursor | undefined

/** Reads an age; `undefined` if the data has none, or if the application's function throws or returns a promise. */
function read<Age>(ageOf: (data: unknown) => Age | undefined, data: unknown): Age | undefined {
  try {
    return data === undefined ? undefined : refusePromise(ageOf(data), 'The age')
  } catch {
    return undefined
  }
}

/** Whether one state of some data is older than another; `false` if unknown. */
function isOlder(data: unknown, than: unknown, versionOf: VersionOf): boolean {
  const version = read(versionOf, data)
  const other = read(versionOf, than)
  return version !== undefined && other !== undefined && typeof version === typeof other && version < other
}

/**
 * Whether data that is complete up to `position` contains the update at `cursor`; `undefined` if the two
 * cannot be compared.
 */
function includes(position: Cursor | undefined, cursor: Cursor | undefined): boolean | undefined {
  if (typeof position !== 'object' || typeof cursor !== 'object') return undefined
  return position.epoch === cursor.epoch ? cursor.seq <= position.seq : undefined
}

/** A value that is skipped if the cached data is newer. */
function keepNewer(value: unknown, versionOf: VersionOf): Updater<unknown> {
  const update = (data: unknown) => (isOlder(value, data, versionOf) ? data : value)
  return Object.assign(update, { isIdempotent: true, isReplacement: true as const })
}

/** An update that is skipped if the data already contains it, so that applying it twice does no harm. */
function skipIfApplied(update: Update, cursor: Cursor, positionOf: PositionOf): Updater<unknown> {
  const apply = (data: unknown, flush?: object) => {
    if (includes(read(positionOf, data), cursor)) return data
    return isFunction(update) ? update(data, flush) : update
  }
  if (!isFunction(update)) return Object.assign(apply, { isIdempotent: true, isReplacement: true as const })
  const { sharesStructure, isReplacement } = update
  return Object.assign(apply, {
    isIdempotent: true,
    ...(sharesStructure && { sharesStructure }),
    ...(isReplacement && { isReplacement }),
  })
}
