import type { Query, QueryCache, QueryCacheNotifyEvent } from '@tanstack/react-query'
import { readersOf } from './queryReaders.ts'

/** Keeps a query live, by a request or a subscription over a connection. */
export interface LiveSource {
  /** Sources with the same id and owner are interchangeable. */
  readonly id: unknown
  readonly owner: object
  /** Starts to keep the query live, until the returned function is called. */
  start(): () => void
  /** Applies the options of this source, which replaces another one with the same id and owner. */
  refresh(): void
}

type Observer = Query['observers'][number]
type Enabled = (query: Query) => boolean

const trackers = new WeakMap<QueryCache, ObservedQueries>()

/** The observed queries of a cache; each cache has one. */
export function observedQueriesOf(cache: QueryCache): ObservedQueries {
  const tracker = trackers.get(cache) ?? new ObservedQueries(cache)
  trackers.set(cache, tracker)
  return tracker
}

/**
 * Keeps queries live while an enabled observer reads them, whichever hook it belongs to. It recognises a query by its
 * query function, which stays the same when options are spread.
 */
class ObservedQueries {
  readonly #sources = new WeakMap<object, LiveSource>()
  readonly #live = new Map<Observer, { source: LiveSource; end: () => void }>()

  constructor(cache: QueryCache) {
    readersOf(cache).watch(event => this.#observe(event))
  }

  /** Starts `source` for each observer that reads its query with `queryFn`. */
  add(queryFn: object, source: LiveSource): void {
    this.#sources.set(queryFn, source)
  }

  #observe(event: QueryCacheNotifyEvent): void {
    const query = event.query as Query
    if ('observer' in event) this.#settle(query, event.observer)
    // An `enabled` function may depend on the data.
    if (event.type === 'observerResultsUpdated')
      for (const observer of query.observers)
        if (typeof observer.options.enabled === 'function') this.#settle(query, observer)
  }

  #settle(query: Query, observer: Observer): void {
    const source = this.#sourceOf(query, observer)
    const live = this.#live.get(observer)
    if (live?.source === source) return
    // A component may create equal options on every render.
    if (live && source && source.id === live.source.id && source.owner === live.source.owner) {
      this.#live.set(observer, { ...live, source })
      return source.refresh()
    }
    // Start the new source first, so that a connection that both use stays open.
    if (source) this.#live.set(observer, { source, end: source.start() })
    else this.#live.delete(observer)
    live?.end()
  }

  #sourceOf(query: Query, observer: Observer): LiveSource | undefined {
    const { enabled, queryFn } = observer.options as { enabled?: unknown; queryFn?: unknown }
    const isObserved = query.observers.includes(observer)
    const isEnabled = (typeof enabled === 'function' ? (enabled as Enabled)(query) : enabled) !== false
    return isObserved && isEnabled && typeof queryFn === 'function' ? this.#sources.get(queryFn) : undefined
  }
}
