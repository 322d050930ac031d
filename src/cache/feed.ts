import type { Query, QueryClient, QueryKey } from '@tanstack/react-query'
import { hashValue } from '../core/hash.ts'
import type { CacheWriter } from './cacheWriter.ts'
import type { Update } from './update.ts'
import type { Writer } from './writer.ts'

/** From how many keys on it is looked for ones that have left the cache. */
const FIRST_PRUNING = 1_024

/** What a connection keeps up to date although it may not have written it yet. */
export interface FeedReach {
  /** Whether messages are written at this key by their type alone. */
  owns(key: QueryKey): boolean
  /** Beginnings of keys that the application names. */
  feeds(): readonly QueryKey[]
}

const NOTHING_MORE: FeedReach = { owns: () => false, feeds: () => [] }

/** What one connection keeps up to date: these keys are stale when it misses something. */
export class Feed implements CacheWriter {
  readonly #client: () => QueryClient
  readonly #writer: Writer
  readonly #reach: FeedReach
  #keys = new Map<string, QueryKey>()
  /** Beginnings of keys that it invalidated: what it missed would have done so again. */
  readonly #prefixes = new Map<string, QueryKey>()
  #pruneAt = FIRST_PRUNING
  #hasEnded = false

  constructor(client: () => QueryClient, writer: Writer, reach = NOTHING_MORE) {
    this.#reach = reach
    this.#client = client
    this.#writer = writer
  }

  setQueryData(key: QueryKey, update: Update): void {
    if (this.#hasEnded) return
    this.#writer.write(this.note(key), key, update)
  }

  invalidateQueries(key: QueryKey): void {
    if (this.#hasEnded) return
    const hash = hashValue(key)
    if (this.#prefixes.size >= this.#pruneAt) this.#prune()
    this.#prefixes.set(hash, key)
    this.#writer.invalidate(hash, key)
  }

  /** Writes what waits now. */
  flush(): void {
    this.#writer.flush()
  }

  /** Counts a key among those that this connection keeps up to date. Gives its hash. */
  note(key: QueryKey): string {
    const hash = hashValue(key)
    if (this.#keys.has(hash)) return hash
    if (this.#keys.size >= this.#pruneAt) this.#prune()
    this.#keys.set(hash, key)
    return hash
  }

  /** Whether a query of exactly this key is in the cache. */
  has(key: QueryKey): boolean {
    return this.#client().getQueryCache().get(hashValue(key)) !== undefined
  }

  /** Something was missed: every key is invalidated, and refetched where it is on screen. Gives the keys. */
  invalidateAll(): readonly QueryKey[] {
    return this.#invalidate('active')
  }

  /** The connection has ended: its keys are kept up to date no more, and count as stale when they are next looked at. */
  end(): void {
    this.#invalidate('none')
    this.#hasEnded = true
  }

  #invalidate(refetchType: 'active' | 'none'): readonly QueryKey[] {
    this.#writer.flush()
    this.#prune()
    const cache = this.#client().getQueryCache()
    const prefixes = [...this.#prefixes.values(), ...this.#reach.feeds()]
    const stale = new Map(this.#keys)
    for (const { queryHash, queryKey } of cache.getAll()) {
      if (this.#reach.owns(queryKey)) stale.set(queryHash, queryKey)
    }
    const begun = new Set(prefixes.flatMap(queryKey => cache.findAll({ queryKey })))
    // In one call: a second for the same query would cancel its refetch and ask again.
    const predicate = (query: Query) => stale.has(query.queryHash) || begun.has(query)
    this.#writer.invalidateNow({ predicate, refetchType })
    return [...stale.values(), ...prefixes]
  }

  #prune(): void {
    const cache = this.#client().getQueryCache()
    for (const hash of this.#keys.keys()) {
      if (!cache.get(hash) && !this.#writer.isPending(hash)) this.#keys.delete(hash)
    }
    for (const [hash, queryKey] of this.#prefixes)
      if (!cache.find({ queryKey, exact: false })) this.#prefixes.delete(hash)
    this.#pruneAt = Math.max(FIRST_PRUNING, 2 * Math.max(this.#keys.size, this.#prefixes.size))
  }
}
