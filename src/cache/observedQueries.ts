import type { Query, QueryCache, QueryCacheNotifyEvent } from '@tanstack/react-query'
import { readersOf } from './queryReaders.ts'

/** What keeps a query live. */
export interface LiveSource {
  /** Sources with the same id do the same. */
  readonly id: unknown
  readonly owner: object
  /** Begins to keep the query live. The returned function ends that. */
  start(): () => void
  /** Another source with the same id and owner has begun. Applies the options of this one. */
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
 * Keeps queries live while an enabled observer reads them, whichever hook it belongs to. A query is known by its query
 * function, which stays the same when its options are spread.
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
    // A function may have been waiting for data.
    if (event.type === 'observerResultsUpdated')
      for (const observer of query.observers)
        if (typeof observer.options.enabled === 'function') this.#settle(query, observer)
  }

  #settle(query: Query, observer: Observer): void {
    const source = this.#sourceOf(query, observer)
    const live = this.#live.get(observer)
    if (live?.source === source) return
    // Options that a component makes at each render are new ones, with the same meaning.
    if (live && source && source.id === live.source.id && source.owner === live.source.owner) {
      this.#live.set(observer, { ...live, source })
      return source.refresh()
    }
    // First the new one, so that a connection that both use stays.
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
