import type {
  Query,
  QueryCache,
  QueryCacheNotifyEvent,
  QueryClient,
  QueryFilters,
  QueryKey,
} from '@tanstack/react-query'
import type { Clock } from '../core/platform.ts'
import { FetchRaces, isFetching } from './fetchRaces.ts'
import { applyUpdates, isFunction, isPatch, type Update } from './update.ts'

/** What the writer is given. */
export interface QueryWriterOptions {
  /** The current client, read at each flush, so that nothing is written to an earlier one. */
  client(): QueryClient
  clock: Clock
  scheduleFrame: ScheduleFrame
  /**
   * Runs all writes of a flush so that their observers are notified together: TanStack Query's
   * `notifyManager.batch`.
   */
  batch(call: () => void): void
  /** Runs code that may throw, above all an update, so that its error affects nothing else. */
  guard(call: () => void): void
}

/** Decides whether a fetched response is older than the data it replaced, and restores that data. */
interface AnswerJudge {
  isTooOld(event: QueryCacheNotifyEvent): boolean
  restore(query: Query): void
}

interface PendingWrite {
  key: QueryKey
  updates: Update[]
}

/**
 * The only way into the query cache. Updates are collected per key and written together: immediately if
 * nothing was written lately, otherwise at most once a frame. Updates that arrive during a fetch are kept and
 * applied over its response.
 */
export class QueryWriter {
  readonly #options: QueryWriterOptions
  readonly #races: FetchRaces
  readonly #judges = new Set<AnswerJudge>()
  readonly #watch = new CacheWatch(event => this.#observe(event))
  #writes = new Map<string, PendingWrite>()
  #invalidations = new Map<string, QueryKey>()
  #isPlanned = false
  #hasEnded = false
  #latestCache: QueryCache | undefined

  constructor(options: QueryWriterOptions) {
    this.#options = options
    this.#races = new FetchRaces({
      clock: options.clock,
      replay: (query, updates) => this.#apply(query, updates),
    })
  }

  write(hash: string, key: QueryKey, update: Update): void {
    if (this.#hasEnded) return
    const write = this.#writes.get(hash)
    if (!write) this.#writes.set(hash, { key, updates: [update] })
    else if (isFunction(update)) write.updates.push(update)
    // Updates before a value no longer matter.
    else write.updates = [update]
    this.#plan()
  }

  /** Turns judging of responses on or off. */
  judgeBy(judge: AnswerJudge, isWanted: boolean): void {
    if (isWanted && !this.#hasEnded) this.#judges.add(judge)
    else this.#judges.delete(judge)
    this.#follow()
  }

  /** Marks every query whose key begins with this one as stale, and refetches those on screen. */
  invalidate(hash: string, key: QueryKey): void {
    if (this.#hasEnded) return
    this.#invalidations.set(hash, key)
    this.#plan()
  }

  /**
   * Invalidates at once. Queries with an active observer are fetched once more, within the limits of
   * `FetchRaces`. All others (and all with `refetchType: 'none'`) are only marked as stale.
   */
  invalidateNow({ refetchType, ...filters }: QueryFilters & { refetchType?: 'none' }): void {
    if (this.#hasEnded) return
    this.#options.batch(() =>
      this.#invalidate(new Set(this.#cache().findAll(filters)), refetchType === 'none'),
    )
  }

  #invalidate(queries: ReadonlySet<Query>, isMark = false): void {
    for (const query of queries) {
      this.#options.guard(() => (isMark ? this.#races.invalidate(query) : this.#races.refetch(query)))
    }
    this.#follow()
  }

  /** Whether an update is waiting for the key of this hash. */
  isPending(hash: string): boolean {
    return this.#writes.has(hash)
  }

  /** Drops the update that waits for the key of this hash. */
  cancel(hash: string): void {
    this.#writes.delete(hash)
  }

  /** Forgets pending updates, and updates that wait for a fetch. */
  drop(): void {
    this.#writes.clear()
    this.#invalidations.clear()
    this.#races.clear()
  }

  /** Ends it permanently: nothing is written or fetched any more, even if something still holds a reference. */
  end(): void {
    this.#hasEnded = true
    this.#judges.clear()
    this.drop()
    this.#follow()
  }

  /** Writes everything now. */
  flush(): void {
    const writes = this.#writes
    const invalidations = this.#invalidations
    this.#writes = new Map()
    this.#invalidations = new Map()
    this.#options.batch(() => {
      for (const [hash, write] of writes) this.#options.guard(() => this.#write(hash, write))
      // Each query only once: a second time would count as an invalidation during the fetch of the first.
      const cache = this.#cache()
      const prefixes = [...invalidations.values()]
      this.#invalidate(new Set(prefixes.flatMap(queryKey => cache.findAll({ queryKey }))))
    })
  }

  /** The current cache. Everything kept for an earlier one is forgotten. */
  #cache(): QueryCache {
    const cache = this.#options.client().getQueryCache()
    if (cache !== this.#latestCache) this.#races.clear()
    this.#latestCache = cache
    return cache
  }

  #observe(event: QueryCacheNotifyEvent): void {
    let tooOld: AnswerJudge | undefined
    for (const judge of this.#judges) if (judge.isTooOld(event)) tooOld = judge
    this.#races.observe(event, tooOld !== undefined)
    tooOld?.restore(event.query as Query)
    this.#follow()
  }

  #follow(): void {
    const isNeeded = !this.#races.isIdle || this.#judges.size > 0
    this.#watch.follow(isNeeded ? this.#cache() : undefined)
  }

  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    // After the task that delivered the message, so that an array of envelopes is one write.
    queueMicrotask(() => this.#flushAndRest())
  }

  #flushAndRest(): void {
    this.flush()
    this.#options.scheduleFrame(() => {
      if (this.#writes.size > 0 || this.#invalidations.size > 0) this.#flushAndRest()
      else this.#isPlanned = false
    })
  }

  #write(hash: string, { key, updates }: PendingWrite): void {
    const cache = this.#cache()
    const query = cache.get(hash)
    if (!query) {
      const { data } = applyUpdates(undefined, updates, this.#options.guard)
      if (data === undefined) return
      this.#options.client().setQueryData(key, data)
      if (updates.every(isPatch)) cache.get(hash)?.invalidate()
      return
    }
    if (isFetching(query)) {
      this.#races.keep(query, updates)
      this.#follow()
    }
    // An updater applied to missing data yields a partial value. If the whole data is being fetched, or its
    // reader can see why it is missing, skip the update.
    const isAwaited = query.state.data === undefined && (isFetching(query) || query.isActive())
    if (!isAwaited || !updates.every(isPatch)) this.#apply(query, updates)
  }

  #apply(query: Query, updates: readonly Update[]): void {
    const before = query.state
    const { data, sharesStructure } = applyUpdates(before.data, updates, this.#options.guard)
    if (data === undefined || data === before.data) return
    // Unlike setData, this compares nothing. But cancelling a fetch would revert data that the fetch does not
    // know.
    if (sharesStructure && !isFetching(query)) replaceData(query, data)
    else query.setData(data, { manual: true })
    if (!updates.every(isPatch)) return
    // A function changes existing data and makes it neither complete nor fresh. An error stays visible, and a
    // partial value is refetched by the next reader that can fetch.
    if (before.status === 'error') query.setState({ ...query.state, status: 'error', error: before.error })
    if (before.isInvalidated || before.data === undefined) query.invalidate()
  }
}

function replaceData(query: Query, data: unknown): void {
  query.setState({
    ...query.state,
    data,
    dataUpdateCount: query.state.dataUpdateCount + 1,
    dataUpdatedAt: Date.now(),
    error: null,
    status: 'success',
  })
}

/** Subscribes to one query cache at a time, and to none while there is nothing to watch. */
class CacheWatch {
  readonly #observe: (event: QueryCacheNotifyEvent) => void
  #cache: QueryCache | undefined
  #unsubscribe: (() => void) | undefined

  constructor(observe: (event: QueryCacheNotifyEvent) => void) {
    this.#observe = observe
  }

  follow(cache: QueryCache | undefined): void {
    if (this.#cache === cache) return
    this.#unsubscribe?.()
    this.#cache = cache
    this.#unsubscribe = cache?.subscribe(this.#observe)
  }
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
