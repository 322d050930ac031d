import type { Query, QueryCacheNotifyEvent, QueryKey } from '@tanstack/react-query'
import type { ConnectionEvent } from '../core/events.ts'
import { hashValue } from '../core/hash.ts'
import type { Clock, TimerHandle } from '../core/platform.ts'
import type { Cursor } from '../core/envelope.ts'
import { refusePromise } from '../core/validation.ts'
import { isOfOnePage } from './fetchRaces.ts'
import type { MessageRules, VersionOf } from './messageRules.ts'
import type { Change, Updater } from './updater.ts'

/** How long after an outdated response to refetch (ms). Doubles each time the response is still outdated. */
const FIRST_DELAY = 1_000
const LONGEST_DELAY = 60_000

/** What a `StaleGuard` is built from. */
interface StaleGuardOptions {
  clock: Clock
  /** The versions of messages. */
  rules: MessageRules
  /** The position from which the stream was followed without a gap. */
  since(): Cursor | undefined
  refetch(query: Query): void
  report(event: ConnectionEvent): void
}

/** What a query contained before the event being examined. */
interface Known {
  data: unknown
  isInvalidated: boolean
  /** The last update of its key before the current fetch, whose response must contain it. */
  written: Cursor | undefined
}

/** Ensures that older data never replaces newer data, whether it comes from a response or a message. */
export class StaleGuard {
  /** Whether any data has a version or a position. */
  isActive = false
  readonly #options: StaleGuardOptions
  readonly #known = new WeakMap<Query, Known>()
  /** The last update of each key that has a position. */
  readonly #written = new Map<string, Cursor>()
  readonly #timers = new Map<Query, TimerHandle>()
  readonly #delays = new WeakMap<Query, number>()
  #positions: readonly { hash: string; length: number; positionOf: PositionOf }[] = []

  constructor(options: StaleGuardOptions) {
    this.#options = options
  }

  /** Reads the latest rules, and which queries have positions. `queries`: what is already cached. */
  configure(positioned: readonly PositionedQuery[], queries: () => readonly Query[]): void {
    this.#positions = positioned.flatMap(({ queryKey, position }) =>
      position
        ? [{ hash: hashValue(queryKey), length: queryKey.length, positionOf: position as PositionOf }]
        : [],
    )
    const wasActive = this.isActive
    this.isActive = this.#positions.length > 0 || this.#options.rules.hasVersions
    if (!this.isActive || wasActive) return
    for (const query of queries()) {
      const { data, isInvalidated } = query.state
      this.#known.set(query, { data, isInvalidated, written: this.#written.get(query.queryHash) })
    }
  }

  /** The change of a message at this position, which is skipped if the data is newer. */
  withVersion(change: Change, { hash, key, cursor }: Target): Change {
    const { updater, value } = change
    const versionOf = updater ? undefined : this.#versionOf(key)
    const versioned = versionOf ? keepNewer(value, versionOf) : updater
    const positionOf = cursor === undefined ? undefined : this.positionOf(key)
    if (cursor === undefined || !positionOf)
      return versioned === updater ? change : { ...change, updater: versioned }
    this.#written.set(hash, cursor)
    const update = versioned ?? replaceBy(value)
    return { ...change, updater: skipIfApplied(update, cursor, positionOf) }
  }

  /** A key is no longer tracked. */
  forget(hash: string): void {
    this.#written.delete(hash)
  }

  /** Whether this event replaced newer data with older data. If not, `record` it; otherwise `restore` the data. */
  isTooOld(event: QueryCacheNotifyEvent): boolean {
    const query = event.query as Query
    return event.type === 'updated' && this.#known.get(query)?.data !== undefined && this.#isBehind(event)
  }

  /** Notes the data that this event left. If it is outdated, it is refetched a little later. */
  record(event: QueryCacheNotifyEvent): void {
    const query = event.query as Query
    if (event.type !== 'updated' || !this.#hasRule(query.queryKey)) return
    const known = this.#known.get(query)
    // There was no newer data to keep.
    const isBehind = known?.data === undefined && this.#isBehind(event)
    const { data, isInvalidated } = query.state
    const isFetch = event.action.type === 'fetch'
    const written = isFetch ? this.#written.get(query.queryHash) : known?.written
    this.#known.set(query, { data, isInvalidated, written })
    if (isBehind) this.#refetchLater(query)
    else if (isResponse(event)) this.#delays.delete(query)
  }

  /**
   * Restores the data that an older response replaced. If that data was known to be stale, it is refetched a
   * little later.
   */
  restore(query: Query): void {
    const known = this.#known.get(query)
    if (!known) return
    query.setData(known.data, { manual: true })
    if (known.isInvalidated) this.#refetchLater(query)
  }

  /** The lowest position in the cache: a stream that resumes there misses nothing for any query. */
  lowestPosition(queries: readonly Query[]): Cursor | undefined {
    let lowest: Cursor | undefined
    for (const query of queries) {
      const position = query.state.isInvalidated ? undefined : this.#position(query)
      if (position === undefined) continue
      const isFirst = lowest === undefined
      if (!isFirst && position !== lowest && includes(position, lowest) === undefined) return undefined
      if (isFirst || includes(lowest, position) === true) lowest = position
    }
    return lowest
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
    return includes(this.#position(query), this.#options.since()) === true
  }

  /** How to read the position of this key's data. */
  positionOf(key: QueryKey): PositionOf | undefined {
    return this.#positions.find(({ hash, length }) => hashValue(key.slice(0, length)) === hash)?.positionOf
  }

  end(): void {
    for (const timer of this.#timers.values()) this.#options.clock.clearTimeout(timer)
    this.#timers.clear()
  }

  #versionOf(key: QueryKey): VersionOf | undefined {
    return this.#options.rules.ofKey(key)?.version
  }

  #hasRule(key: QueryKey): boolean {
    return (this.#versionOf(key) ?? this.positionOf(key)) !== undefined
  }

  #position(query: Query): Cursor | undefined {
    const positionOf = this.positionOf(query.queryKey)
    return positionOf && read(positionOf, query.state.data)
  }

  /** Whether the data that this event left is older than what was known. */
  #isBehind(event: QueryCacheNotifyEvent): boolean {
    const query = event.query as Query
    const { queryKey, state } = query
    const known = this.#known.get(query)
    const versionOf = this.#versionOf(queryKey)
    if (versionOf && state.data !== known?.data && isOlder(state.data, known?.data, versionOf)) return true
    // The response of one more page contains the other pages as they were cached.
    if (!isResponse(event) || isOfOnePage(query)) return false
    const positionOf = this.positionOf(queryKey)
    if (!positionOf) return false
    // It lacks an update written before it was requested, or anything before the stream began.
    const position = read(positionOf, state.data)
    return includes(position, known?.written) === false || isElsewhere(position, this.#options.since())
  }

  #refetchLater(query: Query): void {
    const { clock, refetch, report } = this.#options
    query.invalidate()
    if (this.#timers.has(query)) return
    const delay = this.#delays.get(query) ?? FIRST_DELAY
    if (delay > FIRST_DELAY) report({ kind: 'outdated-response', key: query.queryKey })
    this.#delays.set(query, Math.min(2 * delay, LONGEST_DELAY))
    const refetchNow = () => {
      this.#timers.delete(query)
      refetch(query)
    }
    this.#timers.set(query, clock.setTimeout(refetchNow, delay))
  }
}

/** What a change applies to, and its position in the server's log. */
interface Target {
  hash: string
  key: QueryKey
  cursor: Cursor | undefined
}

interface PositionedQuery {
  queryKey: QueryKey
  position?: ((data: never) => Cursor | undefined) | undefined
}

/** Reads from a response the position in the server's log up to which it is complete. */
type PositionOf = (data: unknown) => Cursor | undefined

/** Whether this event is the response of a fetch, not a write. */
function isResponse(event: QueryCacheNotifyEvent): boolean {
  return event.type === 'updated' && event.action.type === 'success' && event.action.manual !== true
}

/** Whether a position is before the start of the stream, or in another epoch of the server's log. */
function isElsewhere(position: Cursor | undefined, since: Cursor | undefined): boolean {
  return typeof position === 'object' && typeof since === 'object' && includes(position, since) !== true
}

/**
 * Reads a version or a position; `undefined` if the data has none, or if the application's function throws or
 * returns a promise.
 */
function read<Value>(valueOf: (data: unknown) => Value | undefined, data: unknown): Value | undefined {
  try {
    return data === undefined ? undefined : refusePromise(valueOf(data), 'A version or position')
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

/** An updater that stands for a value. */
function replaceBy(value: unknown): Updater<unknown> {
  return Object.assign(() => value, { isReplacement: true as const })
}

/** A value that is skipped if the cached data is newer. */
function keepNewer(value: unknown, versionOf: VersionOf): Updater<unknown> {
  const update = (data: unknown) => (isOlder(value, data, versionOf) ? data : value)
  return Object.assign(update, { isIdempotent: true, isReplacement: true as const })
}

/** An updater that is skipped if the data already contains it, so that applying it twice does no harm. */
function skipIfApplied(updater: Updater<unknown>, cursor: Cursor, positionOf: PositionOf): Updater<unknown> {
  const skipping: Updater<unknown> = (data, flush) =>
    includes(read(positionOf, data), cursor) ? data : updater(data, flush)
  return Object.assign(skipping, updater, { isIdempotent: true })
}
