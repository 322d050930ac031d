import type { Query, QueryCacheNotifyEvent, QueryState } from '@tanstack/react-query'
import type { Clock, TimerHandle } from '../core/platform.ts'
import { arePages } from './rowsDraft.ts'
import type { Change } from './updater.ts'

/** The shortest time between two extra fetches of one query (ms). */
const SHORTEST_INTERVAL = 1_000

/** What arrived for a query while it was fetching; the response may be older. */
interface Race {
  /** Identifies the fetch. A later fetch includes what came before it. */
  fetch: Promise<unknown> | undefined
  /** Applied again, over the response. */
  changes: Change[]
  /** The response may or may not contain some change: one more fetch is needed. */
  isUncertain: boolean
  /** Invalidated during the fetch: one more fetch is needed, whether or not this one succeeds. */
  isInvalidated: boolean
  /** The data was stale before, and stays stale if the fetch fails or is cancelled. */
  wasStale: boolean
  /** The state after the last change, which cancelling the fetch does not revert. */
  state: QueryState
}

/** What races need from the writer. */
interface RaceOptions {
  clock: Clock
  /** Applies changes over the response of a fetch. */
  replay(query: Query, changes: readonly Change[]): void
}

/**
 * Protects updates from running fetches, and limits extra fetches. On its own, TanStack Query overwrites an
 * update with an older response, drops an invalidation during a first fetch, and cancels any other fetch for
 * one. Here a running fetch is never cancelled: another one follows it. Extra fetches of a query are at least
 * a second apart.
 */
export class FetchRaces {
  readonly #options: RaceOptions
  readonly #races = new Map<Query, Race>()
  /** Queries that need one more fetch, not started yet, with its timer. */
  readonly #owed = new Map<Query, TimerHandle | undefined>()
  readonly #lastExtra = new WeakMap<Query, number>()
  /**
   * Infinite queries whose pages are all stale, and whether to fetch them. A fetch of one more page cancels the fetch
   * of all pages, and after its response TanStack Query treats all pages as fresh.
   */
  readonly #stalePages = new Map<Query, boolean>()

  constructor(options: RaceOptions) {
    this.#options = options
  }

  /** Whether fetches need not be observed. */
  get isIdle(): boolean {
    return this.#races.size + this.#owed.size + this.#stalePages.size === 0
  }

  /** Remembers changes of a query that is fetching. */
  remember(query: Query, changes: readonly Change[]): void {
    const race = this.#race(query)
    for (const change of changes) {
      if (!change.updater) Object.assign(race, { changes: [change], isUncertain: false })
      else if (change.updater.isIdempotent || change.isSubscribed) race.changes.push(change)
      else race.isUncertain = true
    }
  }

  /** Marks a query as stale, even after the fetch that is running. */
  rememberInvalidation(query: Query): void {
    this.#invalidate(query, false)
    if (isFetching(query)) this.#race(query).wasStale = true
  }

  /** Marks a query as stale. If it has an active observer, one fetch that starts from now on follows. */
  refetch(query: Query): void {
    this.#invalidate(query, true)
    if (isFetching(query)) this.#race(query).isInvalidated = true
    else if (query.isActive() && !this.#owed.has(query)) this.#fetchWhenAllowed(query)
  }

  /** Ends the race of a query whose fetch has settled. `isTooOld`: its response was discarded. */
  observe(event: QueryCacheNotifyEvent, isTooOld: boolean): void {
    const query = event.query as Query
    if (event.type === 'removed') {
      this.#races.delete(query)
      this.#stalePages.delete(query)
      this.#settle(query)
    }
    if (event.type !== 'updated') return
    // This fetch began after the event that needs it.
    if (event.action.type === 'fetch') this.#settle(query)
    const race = this.#races.get(query)
    if (isFetching(query)) return void (race && (race.state = query.state))
    const hasResponse = event.action.type === 'success' && event.action.manual !== true
    if (hasResponse) this.#settlePages(query)
    if (!race) return
    this.#races.delete(query)
    // Before 5.85.1, TanStack Query reverts the changes as well, or shows the cancellation as an error.
    if (wasCancelled(event)) query.setState({ ...race.state, fetchStatus: 'idle' })
    if (!hasResponse && race.wasStale) query.invalidate()
    const isSame = query.promise === race.fetch
    if (hasResponse && isSame && race.changes.length > 0 && !isTooOld)
      this.#options.replay(query, race.changes)
    const isOwed = hasResponse ? isSame && (race.isUncertain || race.isInvalidated) : race.isInvalidated
    if (isOwed) this.#owe(query)
  }

  /** The response of the running fetch contains all changes so far. */
  settle(query: Query): void {
    this.#races.delete(query)
  }

  /** Forgets everything; nothing is replayed or fetched any more. */
  clear(): void {
    this.#races.clear()
    this.#stalePages.clear()
    for (const query of [...this.#owed.keys()]) this.#settle(query)
  }

  #race(query: Query): Race {
    const fetch = query.promise
    const known = this.#races.get(query)
    const { isInvalidated: wasStale } = query.state
    if (known && known.fetch === fetch) {
      known.wasStale ||= wasStale
      return known
    }
    const race = {
      fetch,
      changes: [],
      isUncertain: false,
      isInvalidated: false,
      wasStale,
      state: query.state,
    }
    this.#races.set(query, race)
    return race
  }

  #invalidate(query: Query, isFetchWanted: boolean): void {
    query.invalidate()
    if (!arePages(query.state.data)) return
    this.#stalePages.set(query, isFetchWanted || this.#stalePages.get(query) === true)
  }

  /** A query got a response: all its pages, or one more page. */
  #settlePages(query: Query): void {
    const isFetchWanted = this.#stalePages.get(query)
    if (isFetchWanted === undefined) return
    if (!isOfOnePage(query)) this.#stalePages.delete(query)
    else if (isFetchWanted) this.#owe(query)
    else query.invalidate()
  }

  #owe(query: Query): void {
    this.#invalidate(query, true)
    if (!query.isActive() || this.#owed.has(query)) return
    this.#owed.set(query, undefined)
    // TanStack Query has not finished with the settled fetch yet.
    queueMicrotask(() => {
      if (this.#owed.has(query)) this.#fetchWhenAllowed(query)
    })
  }

  #fetchWhenAllowed(query: Query): void {
    const { clock } = this.#options
    const elapsed = clock.elapsed() - (this.#lastExtra.get(query) ?? -Infinity)
    if (elapsed >= SHORTEST_INTERVAL) return this.#fetch(query)
    const timer = clock.setTimeout(() => this.#fetch(query), SHORTEST_INTERVAL - elapsed)
    this.#owed.set(query, timer)
  }

  #fetch(query: Query): void {
    this.#settle(query)
    if (!query.isActive() || isStatic(query)) return
    this.#lastExtra.set(query, this.#options.clock.elapsed())
    void query.fetch(undefined, { cancelRefetch: false }).catch(() => undefined)
  }

  #settle(query: Query): void {
    this.#options.clock.clearTimeout(this.#owed.get(query))
    this.#owed.delete(query)
  }
}

/** Whether a fetch is in progress or waiting for the network. */
function isFetching(query: Query): boolean {
  return query.state.fetchStatus !== 'idle'
}

/** Whether a cancelled fetch is reported as an error, as in versions of TanStack Query before 5.85.1. */
function wasCancelled({ action }: QueryCacheNotifyEvent & { type: 'updated' }): boolean {
  if (action.type !== 'error') return false
  const error = action.error as { revert?: boolean; silent?: boolean } | null | undefined
  // An error of the application hardly ever has both of these.
  return error?.revert === true && 'silent' in error
}

/** Whether the last fetch of a query was for one more page. */
export function isOfOnePage(query: Query): boolean {
  return query.state.fetchMeta?.fetchMore !== undefined
}

/** Whether its observers never want it refetched. Older versions of TanStack Query have no such observers. */
function isStatic(query: Query): boolean {
  return (query as { isStatic?(): boolean }).isStatic?.() ?? false
}
