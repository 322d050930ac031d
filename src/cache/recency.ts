import type { Query, QueryCacheNotifyEvent, QueryKey } from '@tanstack/react-query'
import type { Clock, TimerHandle } from '../core/clock.ts'
import type { Cursor } from '../core/recovery.ts'
import { holds, isOlder, type PositionOf, read, unlessHeld, unlessOlder, type VersionOf } from './age.ts'
import { isFunction, type Update } from './update.ts'

/** How long after an answer that was too old the server is asked once more (ms); twice as long each time it still is. */
const SECOND_LOOK = 1_000
const LONGEST_WAIT = 60_000

/** What is known of the age of a connection's data. */
export interface RecencyRules {
  clock: Clock
  versionOf(key: QueryKey): VersionOf | undefined
  positionOf(key: QueryKey): PositionOf | undefined
  /** From where on the stream was followed without a hole. */
  since(): Cursor | undefined
  refetch(query: Query): void
}

/** What an update is for, and where in the server's log it stands. */
interface Target {
  hash: string
  key: QueryKey
  cursor: Cursor | undefined
}

/** What a query held before the event that is being looked at. */
interface Held {
  data: unknown
  isInvalidated: boolean
  /** The last update of its key before the fetch that is under way, which must bring it. */
  written: Cursor | undefined
}

/** Sees to it that older data never takes the place of newer, whichever way it came. */
export class Recency {
  readonly #rules: RecencyRules
  readonly #held = new WeakMap<Query, Held>()
  /** The last update of each key that has a position. */
  readonly #written = new Map<string, Cursor>()
  readonly #timers = new Map<Query, TimerHandle>()
  readonly #waits = new WeakMap<Query, number>()

  constructor(rules: RecencyRules) {
    this.#rules = rules
  }

  /** The update of a message at this position, made to give way to what is newer. */
  stamp({ hash, key, cursor }: Target, update: Update): Update {
    const versionOf = isFunction(update) ? undefined : this.#rules.versionOf(key)
    const versioned = versionOf ? unlessOlder(update, versionOf) : update
    const positionOf = cursor === undefined ? undefined : this.#rules.positionOf(key)
    if (cursor === undefined || !positionOf) return versioned
    this.#written.set(hash, cursor)
    return unlessHeld(versioned, cursor, positionOf)
  }

  /** Looks at what is in the cache when it begins to judge. */
  begin(queries: readonly Query[]): void {
    for (const query of queries) {
      const { data, isInvalidated } = query.state
      this.#held.set(query, { data, isInvalidated, written: this.#written.get(query.queryHash) })
    }
  }

  forget(hash: string): void {
    this.#written.delete(hash)
  }

  /** Whether this event has put older data in the place of newer. `restore` undoes it. */
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

  /** Puts back what an older answer has replaced. If that was known to be stale, the server is asked again, a little later. */
  restore(query: Query): void {
    const held = this.#held.get(query)
    if (!held) return
    query.setData(held.data, { manual: true })
    if (held.isInvalidated) this.#lookAgain(query)
  }

  /** The least of the positions that are in the cache: a stream that goes on from there misses nothing of any. */
  start(queries: readonly Query[]): Cursor | undefined {
    let start: Cursor | undefined
    for (const query of queries) {
      const position = query.state.isInvalidated ? undefined : this.#position(query)
      if (position === undefined) continue
      const isFirst = start === undefined
      if (!isFirst && position !== start && holds(position, start) === undefined) return undefined
      if (isFirst || holds(start, position) === true) start = position
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

  /** Whether a query's data says that it holds everything up to where the stream began, so that nothing is missing. */
  isFollowed(query: Query): boolean {
    return holds(this.#position(query), this.#rules.since()) === true
  }

  end(): void {
    for (const timer of this.#timers.values()) this.#rules.clock.clearTimeout(timer)
    this.#timers.clear()
  }

  #position(query: Query): Cursor | undefined {
    const positionOf = this.#rules.positionOf(query.queryKey)
    return positionOf && read(positionOf, query.state.data)
  }

  /** An answer must hold what was written for its key before it was asked for, and all that came before the stream. */
  #lacks(position: Cursor | undefined, held: Held | undefined): boolean {
    const since = this.#rules.since()
    return holds(position, held?.written) === false || isElsewhere(position, since)
  }

  #lookAgain(query: Query): void {
    query.invalidate()
    if (this.#timers.has(query)) return
    const look = () => {
      this.#timers.delete(query)
      this.#rules.refetch(query)
    }
    const wait = this.#waits.get(query) ?? SECOND_LOOK
    this.#waits.set(query, Math.min(2 * wait, LONGEST_WAIT))
    this.#timers.set(query, this.#rules.clock.setTimeout(look, wait))
  }
}

/** Whether a position is before the stream's beginning, or in another life of the server's log. */
function isElsewhere(position: Cursor | undefined, since: Cursor | undefined): boolean {
  return typeof position === 'object' && typeof since === 'object' && holds(position, since) !== true
}
