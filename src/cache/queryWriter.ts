import type { Query, QueryCache, QueryCacheNotifyEvent, QueryClient, QueryKey } from '@tanstack/react-query'
import { hashValue } from '../core/hash.ts'
import { refusePromise } from '../core/validation.ts'
import type { Clock } from '../core/platform.ts'
import { FetchRaces } from './fetchRaces.ts'
import type { Change } from './updater.ts'

/** What the writer is given. */
export interface QueryWriterOptions {
  queryClient: QueryClient
  clock: Clock
  scheduleFrame: ScheduleFrame
  /**
   * Runs all writes of a flush so that their observers are notified together: TanStack Query's
   * `notifyManager.batch`.
   */
  batch(call: () => void): void
  /** The write or the refetch of one query threw. The others go on. */
  onError(error: unknown): void
}

/** Decides whether a fetched response is older than the data it replaced, and restores that data. */
interface ResponseGuard {
  isTooOld(event: QueryCacheNotifyEvent): boolean
  /** Notes the data of a query, unless it is too old. */
  record(event: QueryCacheNotifyEvent): void
  restore(query: Query): void
}

interface PendingWrite {
  key: QueryKey
  changes: Change[]
}

/**
 * The only way into the query cache. Changes are collected per key and written together: immediately if
 * nothing was written lately, otherwise at most once a frame. Changes that arrive during a fetch are
 * remembered and applied over its response.
 */
export class QueryWriter {
  /** The current query cache. Change it with `setQueryClient`. */
  cache: QueryCache
  readonly #options: QueryWriterOptions
  readonly #races: FetchRaces
  readonly #guards = new Set<ResponseGuard>()
  #writes = new Map<string, PendingWrite>()
  #invalidations = new Map<string, QueryKey>()
  #queryClient: QueryClient
  /** Whether a pending write may create a query. */
  #createsQueries = false
  #isScheduled = false
  #hasEnded = false
  /** The cache that it observes, only while there is something to observe. */
  #observed: QueryCache | undefined
  #unsubscribe: (() => void) | undefined

  constructor(options: QueryWriterOptions) {
    this.#options = options
    this.#queryClient = options.queryClient
    this.cache = options.queryClient.getQueryCache()
    this.#races = new FetchRaces({
      clock: options.clock,
      replay: (query, changes) => this.#apply(query, changes),
    })
  }

  /** Everything kept for an earlier cache is forgotten. Pending changes are written to the new one. */
  setQueryClient(queryClient: QueryClient): void {
    const cache = queryClient.getQueryCache()
    if (cache !== this.cache) this.#races.clear()
    this.cache = cache
    this.#queryClient = queryClient
    this.#follow()
  }

  write(hash: string, key: QueryKey, change: Change): void {
    if (this.#hasEnded || (!change.updater && change.value === undefined)) return
    const write = this.#writes.get(hash)
    if (!write) {
      this.#writes.set(hash, { key, changes: [change] })
      this.#createsQueries ||= !this.cache.get(hash)
    } else if (change.updater) write.changes.push(change)
    // Changes before a value no longer matter.
    else write.changes = [change]
    if (!this.#isScheduled) this.#schedule()
    else if (change.updater && !change.updater.isIdempotent && !change.isSubscribed)
      this.#rememberNow(hash, change)
  }

  /** A running fetch may settle before the flush, and its response may or may not contain the change. */
  #rememberNow(hash: string, change: Change): void {
    const query = this.cache.get(hash)
    if (!query || query.state.fetchStatus === 'idle') return
    this.#races.remember(query, [change])
    this.#follow()
  }

  /** Lets a guard check every response, or stops that. */
  setGuard(guard: ResponseGuard, isWanted: boolean): void {
    if (this.#guards.has(guard) === isWanted) return
    if (isWanted && !this.#hasEnded) this.#guards.add(guard)
    else this.#guards.delete(guard)
    this.#follow()
  }

  /** Marks every query whose key begins with this one as stale, and refetches those on screen. */
  invalidate(hash: string, key: QueryKey): void {
    if (this.#hasEnded) return
    this.#invalidations.set(hash, key)
    if (!this.#isScheduled) this.#schedule()
  }

  /**
   * Invalidates queries at once. Those with an active observer are fetched once more, within the limits of
   * `FetchRaces`. All others (and all with `isMark`) are only marked as stale.
   */
  invalidateNow(queries: Iterable<Query>, isMark = false): void {
    if (!this.#hasEnded) this.#options.batch(() => this.#invalidate(queries, isMark))
  }

  /** The hash of a key in the cache. Uses the app's `queryKeyHashFn`, if there is one. */
  hashOf(key: QueryKey): string {
    const client = this.#queryClient
    const { queryKeyHashFn = client.getDefaultOptions().queries?.queryKeyHashFn } =
      client.getQueryDefaults(key)
    return queryKeyHashFn?.(key) ?? hashValue(key)
  }

  /** Creates the queries of pending writes. */
  createPending(): void {
    if (this.#createsQueries) this.flush()
  }

  /** Whether a change is waiting for the key of this hash. */
  isPending(hash: string): boolean {
    return this.#writes.has(hash)
  }

  /** The fetch of a query returns what the cache contains now: no earlier change is applied again over it. */
  settleRace(query: Query): void {
    this.#races.settle(query)
  }

  /** Drops the changes that wait for the key of this hash. */
  cancel(hash: string): void {
    this.#writes.delete(hash)
  }

  /** Forgets pending changes, and changes that wait for a fetch. */
  drop(): void {
    this.#writes.clear()
    this.#invalidations.clear()
    this.#races.clear()
  }

  /** Ends it permanently: nothing is written or fetched any more, even if something still holds a reference. */
  end(): void {
    this.#hasEnded = true
    this.#guards.clear()
    this.drop()
    this.#follow()
  }

  /** Writes everything now. */
  flush(): void {
    const writes = this.#writes
    const prefixes = [...this.#invalidations.values()]
    if (writes.size + prefixes.length === 0) return
    this.#writes = new Map()
    this.#createsQueries = false
    this.#invalidations.clear()
    this.#options.batch(() => {
      for (const [hash, write] of writes) {
        try {
          this.#write(hash, write)
        } catch (error) {
          this.#options.onError(error)
        }
      }
      if (prefixes.length === 0) return
      // Each query only once: a second time would count as an invalidation during the fetch of the first.
      this.#invalidate(new Set(prefixes.flatMap(queryKey => this.cache.findAll({ queryKey }))))
    })
  }

  #invalidate(queries: Iterable<Query>, isMark = false): void {
    for (const query of queries) {
      try {
        if (isMark) this.#races.rememberInvalidation(query)
        else this.#races.refetch(query)
      } catch (error) {
        this.#options.onError(error)
      }
    }
    this.#follow()
  }

  #schedule(): void {
    this.#isScheduled = true
    // After the task that delivered the message, so that an array of envelopes is one write.
    queueMicrotask(() => this.#flushAndRest())
  }

  #flushAndRest(): void {
    this.#options.scheduleFrame(() => {
      if (this.#writes.size > 0 || this.#invalidations.size > 0) this.#flushAndRest()
      else this.#isScheduled = false
    })
    this.flush()
  }

  #write(hash: string, { key, changes }: PendingWrite): void {
    const query = this.cache.get(hash)
    if (!query) {
      const { data, arePatches } = applyChanges(undefined, changes, key)
      if (data === undefined) return
      this.#queryClient.setQueryData(key, data)
      if (arePatches) this.cache.get(hash)?.invalidate()
      return
    }
    const isFetching = query.state.fetchStatus !== 'idle'
    if (isFetching) {
      this.#races.remember(query, changes)
      this.#follow()
    }
    // An updater applied to missing data yields a partial value. If the whole data is being fetched, or its
    // reader can see why it is missing, skip the change. An infinite query cannot start from a list.
    const isAwaited = query.state.data === undefined && (isFetching || query.isActive() || hasPages(query))
    if (!isAwaited || !changes.every(isPatch)) this.#apply(query, changes)
  }

  #apply(query: Query, changes: readonly Change[]): void {
    const before = query.state
    const { data, sharesStructure, arePatches } = applyChanges(before.data, changes, query.queryKey)
    if (data === undefined || data === before.data) return
    if (sharesStructure) setWithoutSharing(query, data)
    else query.setData(data, { manual: true })
    if (!arePatches) return
    // An updater changes existing data and makes it neither complete nor fresh. An error stays visible, and a
    // partial value is refetched by the next reader that can fetch.
    if (before.status === 'error') query.setState({ ...query.state, status: 'error', error: before.error })
    if (before.isInvalidated || before.data === undefined) query.invalidate()
  }

  #observe(event: QueryCacheNotifyEvent): void {
    let tooOld: ResponseGuard | undefined
    for (const guard of this.#guards) {
      if (guard.isTooOld(event)) tooOld = guard
      else guard.record(event)
    }
    this.#races.observe(event, tooOld !== undefined)
    tooOld?.restore(event.query as Query)
    this.#follow()
  }

  #follow(): void {
    const isNeeded = !this.#races.isIdle || this.#guards.size > 0
    const cache = isNeeded ? this.cache : undefined
    if (this.#observed === cache) return
    this.#unsubscribe?.()
    this.#observed = cache
    this.#unsubscribe = cache?.subscribe(event => this.#observe(event))
  }
}

/**
 * Sets data that already shares its structure: comparing it again would cost more than the write. Unlike `setState`, listeners
 * of the cache, such as `broadcastQueryClient`, see a success, and cancelling a fetch does not revert it.
 */
function setWithoutSharing(query: Query, data: unknown): void {
  const { options } = query
  const unshared = { ...options, structuralSharing: false }
  query.options = unshared
  try {
    query.setData(data, { manual: true })
  } finally {
    // A listener may have changed the options.
    if (query.options === unshared) query.options = options
  }
}

/** Whether a change needs existing data: applied to missing data, it yields a partial value. */
function isPatch({ updater, isSubscribed }: Change): boolean {
  return updater !== undefined && !updater.isReplacement && !isSubscribed
}

/** Whether it is an infinite query. */
function hasPages({ options }: Query): boolean {
  return 'getNextPageParam' in options
}

/** The result of applying changes to some data. */
interface ChangedData {
  data: unknown
  /** Whether all of them kept the identity of what they did not change. */
  sharesStructure: boolean
  arePatches: boolean
}

/** Applies changes in order. An error in one does not undo the others. */
function applyChanges(before: unknown, changes: readonly Change[], key: QueryKey): ChangedData {
  const flush = {}
  const result = { data: before, sharesStructure: true, arePatches: true }
  for (const change of changes) {
    const { updater } = change
    result.sharesStructure &&= updater?.sharesStructure === true
    result.arePatches &&= isPatch(change)
    try {
      const data = updater ? updater(result.data, flush) : change.value
      // The package's own updaters are synchronous.
      if (updater && !updater.sharesStructure) refusePromise(data, 'An updater')
      if (data !== undefined) result.data = data
    } catch (error) {
      // A change that is applied again over a response fails again.
      if (change.hasFailed) continue
      change.hasFailed = true
      change.report({ kind: 'handler-error', type: change.type, key, error })
    }
  }
  return result
}

/**
 * Runs a callback at the next frame. Without frames (hidden page, Worker, server) it uses a timer of a
 * frame's length.
 */
type ScheduleFrame = (callback: () => void) => void

/** The length of a frame (ms). */
const FRAME = 16

interface Page {
  document?: { visibilityState: string }
  requestAnimationFrame?: (callback: () => void) => number
}

/** The page's frames. If the page is hidden after a frame was requested, the timer runs first. */
export const scheduleFrame: ScheduleFrame = callback => {
  const page = globalThis as Page
  const isDrawn = page.document?.visibilityState === 'visible' && page.requestAnimationFrame !== undefined
  if (!isDrawn) return void setTimeout(callback, FRAME)
  let isDone = false
  const once = () => {
    if (isDone) return
    isDone = true
    clearTimeout(fallback)
    callback()
  }
  const fallback = setTimeout(once, 10 * FRAME)
  page.requestAnimationFrame?.(once)
}
