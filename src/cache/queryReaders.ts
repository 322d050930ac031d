import type { Query, QueryCache, QueryCacheNotifyEvent } from '@tanstack/react-query'

/** What a connection needs to know about the queries in its cache. */
interface QueryReadersListener {
  /** The last reader of a query has left, and none returned by the end of the task. */
  onLeft(hash: string): void
  /** A query has a reader again, or for the first time. Called before that reader decides whether to fetch. */
  onReader(query: Query): void
  /** A query was removed from the cache. */
  onRemoved(hash: string): void
}

const trackers = new WeakMap<QueryCache, QueryReaders>()

/** The tracker of a query cache; each cache has one. */
export function readersOf(cache: QueryCache): QueryReaders {
  const tracker = trackers.get(cache) ?? new QueryReaders(cache)
  trackers.set(cache, tracker)
  return tracker
}

/**
 * Tracks who reads the queries of one cache. It subscribes to the cache once, however many connections and
 * hooks use it, and not at all when none does.
 */
class QueryReaders {
  /** Changes whenever a query is added to the cache or removed from it. */
  keysVersion = 0
  readonly #cache: QueryCache
  readonly #listeners = new Set<QueryReadersListener>()
  /** What mounted hooks do when their query is removed from the cache. */
  readonly #restore = new Map<string, Set<() => void>>()
  /** Called with every event, before the listeners. */
  #first: ((event: QueryCacheNotifyEvent) => void) | undefined
  /** Queries whose last reader left in this task. */
  readonly #left = new Set<Query>()
  /** When a query's current readers started to read it without interruption (ms since the epoch). */
  readonly #readSince = new WeakMap<Query, number>()
  /** Hashes of queries that were removed from the cache in this task while a hook reads them. */
  readonly #removed = new Set<string>()
  #unsubscribe: (() => void) | undefined

  constructor(cache: QueryCache) {
    this.#cache = cache
  }

  subscribe(listener: QueryReadersListener): () => void {
    this.#listeners.add(listener)
    this.#follow()
    return () => {
      this.#listeners.delete(listener)
      this.#follow()
    }
  }

  /**
   * Calls `restore` after the query of this hash is removed from the cache: TanStack Query leaves its
   * observers without one.
   */
  onRemoved(hash: string, restore: () => void): () => void {
    const callbacks = this.#restore.get(hash) ?? new Set()
    this.#restore.set(hash, callbacks.add(restore))
    this.#follow()
    return () => {
      callbacks.delete(restore)
      if (callbacks.size === 0 && this.#restore.get(hash) === callbacks) this.#restore.delete(hash)
      this.#follow()
    }
  }

  /** Calls `first` with every event of the cache from now on, before any listener. */
  watch(first: (event: QueryCacheNotifyEvent) => void): void {
    this.#first = first
    this.#follow()
  }

  /** Since when a query has been read without interruption (ms since the epoch); 0 if unknown. */
  readSince(query: Query): number {
    return this.#readSince.get(query) ?? 0
  }

  #follow(): void {
    const isNeeded = this.#first !== undefined || this.#listeners.size > 0 || this.#restore.size > 0
    if (isNeeded) this.#unsubscribe ??= this.#cache.subscribe(event => this.#observe(event))
    else {
      this.#unsubscribe?.()
      this.#unsubscribe = undefined
    }
  }

  #observe(event: QueryCacheNotifyEvent): void {
    const { type, query } = event
    this.#first?.(event)
    if (type === 'observerRemoved' && query.getObserversCount() === 0) {
      // A commit that unmounts one reader and mounts another does both in one task.
      if (this.#left.size === 0) queueMicrotask(() => this.#settleLeft())
      this.#left.add(query as Query)
    }
    // A reader that left in this task and is already back was not interrupted.
    if (type === 'observerAdded' && query.getObserversCount() === 1 && !this.#left.has(query as Query)) {
      this.#readSince.set(query as Query, Date.now())
      for (const listener of this.#listeners) listener.onReader(query as Query)
    }
    if (type === 'added' || type === 'removed') this.keysVersion++
    if (type === 'removed') this.#noteRemoved(query.queryHash)
  }

  #noteRemoved(hash: string): void {
    for (const listener of this.#listeners) listener.onRemoved(hash)
    if (!this.#restore.has(hash)) return
    if (this.#removed.size === 0) queueMicrotask(() => this.#settleRemoved())
    this.#removed.add(hash)
  }

  #settleLeft(): void {
    const left = [...this.#left]
    this.#left.clear()
    for (const query of left) {
      const isBack = query.getObserversCount() > 0 || this.#cache.get(query.queryHash) !== query
      if (!isBack) for (const listener of this.#listeners) listener.onLeft(query.queryHash)
    }
  }

  #settleRemoved(): void {
    const removed = [...this.#removed]
    this.#removed.clear()
    for (const hash of removed) for (const restore of [...(this.#restore.get(hash) ?? [])]) restore()
  }
}
