import type { InvalidateQueryFilters, Query, QueryClient, QueryKey } from '@tanstack/react-query'
import { FetchRaces } from './fetchRaces.ts'
import type { ScheduleFrame } from './frameScheduler.ts'
import { applyUpdates, isFunction, type Update } from './update.ts'

/** What the writer is given. */
export interface WriterOptions {
  /** The current client; asked at each flush, so that nothing is written to a former one. */
  client(): QueryClient
  scheduleFrame: ScheduleFrame
  /** Runs all writes of a flush so that their readers are told together: TanStack Query's `notifyManager.batch`. */
  batch(call: () => void): void
  /** Runs what may throw, an update above all, so that its error harms no other. */
  guard(call: () => void): void
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
  #writes = new Map<string, PendingWrite>()
  #invalidations = new Map<string, QueryKey>()
  #isPlanned = false

  constructor(options: WriterOptions) {
    this.#options = options
    this.#races = new FetchRaces({
      replay: (query, updates) => this.#apply(query, updates),
      // In a task of its own: the fetch that has just been answered is not wound up yet.
      refetch: query => {
        queueMicrotask(() => this.invalidateNow({ predicate: candidate => candidate === query }))
      },
    })
  }

  write(hash: string, key: QueryKey, update: Update): void {
    const write = this.#writes.get(hash)
    if (write === undefined) this.#writes.set(hash, { key, updates: [update] })
    else if (isFunction(update)) write.updates.push(update)
    else write.updates = [update]
    this.#plan()
  }

  /** Marks as stale, and refetches where someone looks, every query whose key begins with this one. */
  invalidate(hash: string, key: QueryKey): void {
    this.#invalidations.set(hash, key)
    this.#plan()
  }

  /** Invalidates at once. What fetches already, and would forget it, is invalidated again when that is over. */
  invalidateNow(filters: InvalidateQueryFilters): void {
    const client = this.#options.client()
    const cache = client.getQueryCache()
    for (const query of cache.findAll(filters)) {
      const isCancelled = query.state.data !== undefined && query.isActive() && filters.refetchType !== 'none'
      if (isFetching(query) && !isCancelled) this.#races.keepInvalidation(cache, query)
    }
    void client.invalidateQueries(filters)
  }

  /** Whether something waits to be written for the key of this hash. */
  isPending(hash: string): boolean {
    return this.#writes.has(hash)
  }

  /** Writes everything now. */
  flush(): void {
    const writes = this.#writes
    const invalidations = this.#invalidations
    this.#writes = new Map()
    this.#invalidations = new Map()
    this.#options.batch(() => {
      for (const [hash, write] of writes) this.#options.guard(() => this.#write(hash, write))
      for (const queryKey of invalidations.values()) this.invalidateNow({ queryKey })
    })
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
    const client = this.#options.client()
    const cache = client.getQueryCache()
    const query = cache.get(hash)
    if (!query) {
      const { data } = applyUpdates(undefined, updates, this.#options.guard)
      if (data === undefined) return
      client.setQueryData(key, data)
      if (updates.every(isFunction)) cache.get(hash)?.invalidate()
      return
    }
    if (isFetching(query)) this.#races.keep(cache, query, updates)
    // What functions make of nothing is only a part. Where the whole is asked for, or its reader sees why there is none,
    // they leave it to the answer.
    const isAwaited = query.state.data === undefined && (isFetching(query) || query.isActive())
    if (!isAwaited || !updates.every(isFunction)) this.#apply(query, updates)
  }

  #apply(query: Query, updates: readonly Update[]): void {
    const before = query.state
    const { data, sharesStructure } = applyUpdates(before.data, updates, this.#options.guard)
    if (data === undefined || data === before.data) return
    // Unlike setData, this compares nothing; but a fetch that is cancelled takes back what it does not know.
    if (sharesStructure && !isFetching(query)) replaceData(query, data)
    else query.setData(data, { manual: true })
    if (!updates.every(isFunction)) return
    // Functions change what is there, and make it neither complete nor fresh: a failure stays to be seen, and what they
    // made of nothing is asked for by the next who can ask.
    if (before.status === 'error') query.setState({ ...query.state, status: 'error', error: before.error })
    if (before.isInvalidated || before.data === undefined) query.invalidate()
  }
}

function isFetching(query: Query): boolean {
  return query.state.fetchStatus !== 'idle'
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
