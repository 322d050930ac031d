import type { Query, QueryCacheNotifyEvent } from '@tanstack/react-query'
import { isFunction, isIdempotent, type Update } from './update.ts'

/** What came for a query while it was fetching: its answer may be older. */
interface Race {
  /** Which fetch it is: one that took its place began later, and knows what came before it. */
  fetch: Promise<unknown> | undefined
  /** To be applied once more, over the answer. */
  updates: Update[]
  /** The answer is not to be relied on: one more fetch is needed. */
  needsFetch: boolean
  /** The data was known to be stale before, and is so again if the fetch comes to nothing. */
  wasStale: boolean
}

/** What follows when a race is over. */
export interface RaceOutcome {
  /** Applies updates over a fetch's answer. */
  replay(query: Query, updates: readonly Update[]): void
  /** Fetches once more. */
  refetch(query: Query): void
}

/**
 * Keeps what would be lost to a fetch in flight: TanStack Query overwrites an update with the older answer, and forgets
 * an invalidation that comes during a first fetch.
 */
export class FetchRaces {
  readonly #outcome: RaceOutcome
  readonly #races = new Map<Query, Race>()

  constructor(outcome: RaceOutcome) {
    this.#outcome = outcome
  }

  get size(): number {
    return this.#races.size
  }

  /** Keeps updates of a query that is fetching. */
  keep(query: Query, updates: readonly Update[]): void {
    const race = this.#race(query)
    for (const update of updates) {
      if (!isFunction(update)) Object.assign(race, { updates: [update], needsFetch: false })
      else if (isIdempotent(update)) race.updates.push(update)
      else race.needsFetch = true
    }
  }

  /** Keeps an invalidation of a query that is fetching. */
  keepInvalidation(query: Query): void {
    this.#race(query).needsFetch = true
  }

  #race(query: Query): Race {
    const fetch = query.promise
    const former = this.#races.get(query)
    const isSame = former?.fetch === fetch
    const race = former && isSame ? former : { fetch, updates: [], needsFetch: false, wasStale: false }
    race.wasStale ||= query.state.isInvalidated
    this.#races.set(query, race)
    return race
  }

  /** Ends the race of a query whose fetch is over. `isTooOld`: the answer will not count. */
  observe(event: QueryCacheNotifyEvent, isTooOld: boolean): void {
    const query = event.query as Query
    const race = this.#races.get(query)
    if (!race) return
    if (event.type === 'removed') return void this.#races.delete(query)
    if (event.type !== 'updated' || query.state.fetchStatus !== 'idle') return
    this.#races.delete(query)
    const isAnswered = event.action.type === 'success' && event.action.manual !== true
    if (!isAnswered && race.wasStale) query.invalidate()
    if (!isAnswered || query.promise !== race.fetch) return
    if (race.updates.length > 0 && !isTooOld) this.#outcome.replay(query, race.updates)
    if (race.needsFetch) this.#outcome.refetch(query)
  }
}
