import type {
  Query,
  QueryCache,
  QueryCacheNotifyEvent,
  QueryClient,
  QueryFilters,
  QueryKey,
} from '@tanstack/react-query'
import type { Clock } from '../core/clock.ts'
import { CacheWatch } from './cacheWatch.ts'
import { FetchRaces, isFetching } from './fetchRaces.ts'
import type { ScheduleFrame } from './frameScheduler.ts'
import { applyUpdates, isFunction, isPartial, type Update } from './update.ts'

/** What the writer is given. */
export interface WriterOptions {
  /** The current client, read at each flush: nothing is written to a former one. */
  client(): QueryClient
  clock: Clock
  scheduleFrame: ScheduleFrame
  /** Runs all writes of a flush so that their readers are told together: TanStack Query's `notifyManager.batch`. */
  batch(call: () => void): void
  /** Runs what may throw, an update above all, so that its error harms no other. */
  guard(call: () => void): void
}

/** Says of what a fetch has brought whether it is older than what it replaced, and puts that back. */
export interface AnswerJudge {
  isTooOld(event: QueryCacheNotifyEvent): boolean
  restore(query: Query): void
}

interface PendingWrite {
  key: QueryKey
  updates: Update[]
}

/**
 * The one way into the query cache. Updates are gathered per key and written together: at once when nothing was written
 * lately, and then at most once a frame. What comes while a query fetches is kept, and holds over the answer.
 */
export class Writer {
  readonly #options: WriterOptions
  readonly #races: FetchRaces
  readonly #judges = new Set<AnswerJudge>()
  readonly #watch = new CacheWatch(event => this.#observe(event))
  #writes = new Map<string, PendingWrite>()
  #invalidations = new Map<string, QueryKey>()
  #isPlanned = false
  #hasEnded = false
  #latestCache: QueryCache | undefined

  constructor(options: WriterOptions) {
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
    // What came before a value does not matter any more.
    else write.updates = [update]
    this.#plan()
  }

  /** Has what fetches bring judged, or not any more. */
  judgeBy(judge: AnswerJudge, isWanted: boolean): void {
    if (isWanted && !this.#hasEnded) this.#judges.add(judge)
    else this.#judges.delete(judge)
    this.#follow()
  }

  /** Marks as stale, and refetches where someone looks, every query whose key begins with this one. */
  invalidate(hash: string, key: QueryKey): void {
    if (this.#hasEnded) return
    this.#invalidations.set(hash, key)
    this.#plan()
  }

  /**
   * Invalidates at once: queries with an active reader are fetched once more, within the bounds of `FetchRaces`, all
   * others (and all with `refetchType: 'none'`) only marked as stale.
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

  /** Whether something waits to be written for the key of this hash. */
  isPending(hash: string): boolean {
    return this.#writes.has(hash)
  }

  /** Drops the update that waits for the key of this hash. */
  cancel(hash: string): void {
    this.#writes.delete(hash)
  }

  /** Forgets what waits to be written, and what waits for a fetch. */
  drop(): void {
    this.#writes.clear()
    this.#invalidations.clear()
    this.#races.clear()
  }

  /** Ends it for good: nothing is written or fetched any more, whoever still holds it. */
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
      // Each query once: a second time would count as an invalidation during the fetch of the first.
      const cache = this.#cache()
      const prefixes = [...invalidations.values()]
      this.#invalidate(new Set(prefixes.flatMap(queryKey => cache.findAll({ queryKey }))))
    })
  }

  /** The current cache. What was kept of a former one is forgotten. */
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
    // After the task that brought the message, so that an array of envelopes is one write.
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
      if (updates.every(isPartial)) cache.get(hash)?.invalidate()
      return
    }
    if (isFetching(query)) {
      this.#races.keep(query, updates)
      this.#follow()
    }
    // What functions make of nothing is only a part. Where the whole is asked for, or its reader sees why there is none,
    // they leave it to the answer.
    const isAwaited = query.state.data === undefined && (isFetching(query) || query.isActive())
    if (!isAwaited || !updates.every(isPartial)) this.#apply(query, updates)
  }

  #apply(query: Query, updates: readonly Update[]): void {
    const before = query.state
    const { data, sharesStructure } = applyUpdates(before.data, updates, this.#options.guard)
    if (data === undefined || data === before.data) return
    // Unlike setData, this compares nothing; but a fetch that is cancelled takes back what it does not know.
    if (sharesStructure && !isFetching(query)) replaceData(query, data)
    else query.setData(data, { manual: true })
    if (!updates.every(isPartial)) return
    // Functions change what is there, and make it neither complete nor fresh: a failure stays to be seen, and what they
    // made of nothing is asked for by the next who can ask.
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
