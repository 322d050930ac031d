import type { Query, QueryClient, QueryKey } from '@tanstack/react-query'
import { hashValue } from '../core/hash.ts'
import type { CacheWriter } from './cacheWriter.ts'
import type { Update, Writer } from './writer.ts'

/** From how many keys on it is looked for ones that have left the cache. */
const FIRST_PRUNING = 1_024

/** What one connection has written: these keys are stale when it misses something. */
export class Feed implements CacheWriter {
  readonly #client: () => QueryClient
  readonly #writer: Writer
  #keys = new Map<string, QueryKey>()
  /** Beginnings of keys that it invalidated: what it missed would have done so again. */
  readonly #prefixes = new Map<string, QueryKey>()
  #pruneAt = FIRST_PRUNING
  #hasEnded = false

  constructor(client: () => QueryClient, writer: Writer) {
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
    const client = this.#client()
    const keys = this.#keys
    const cache = client.getQueryCache()
    const begun = new Set([...this.#prefixes.values()].flatMap(queryKey => cache.findAll({ queryKey })))
    // In one call: a second for the same query would cancel its refetch and ask again.
    const predicate = (query: Query) => keys.has(query.queryHash) || begun.has(query)
    void client.invalidateQueries({ predicate, refetchType })
    return [...keys.values(), ...this.#prefixes.values()]
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
