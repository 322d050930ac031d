import type { Query, QueryCache, QueryKey } from '@tanstack/react-query'
import { readersOf } from './queryReaders.ts'

/** A key that mounted `useSocketQuery`s read. */
interface WantedKey {
  key: QueryKey
  readers: number
}

/** What `ReaderTrust` needs from its connection. */
export interface ReaderTrustOptions {
  cache(): QueryCache
  /** A query has a reader again. */
  readAgain(query: Query): void
  /** A query was removed from the cache. */
  removed(hash: string): void
}

/**
 * Which queries one connection keeps current for their readers. A key is trusted once the connection has
 * delivered its whole data, as long as it has been read without interruption since: a server may stop sending
 * what nobody reads.
 */
export class ReaderTrust {
  readonly #options: ReaderTrustOptions
  readonly #trusted = new Set<string>()
  readonly #wanted = new Map<string, WantedKey>()
  /** Hashes of keys whose readers have their own `staleTime`. */
  readonly #timed = new Set<string>()
  #cache: QueryCache | undefined
  #unsubscribe: (() => void) | undefined

  constructor(options: ReaderTrustOptions) {
    this.#options = options
    this.follow()
  }

  /** Follows the current cache. Queries of an earlier cache are not trusted. */
  follow(): void {
    const cache = this.#options.cache()
    if (cache === this.#cache) return
    this.end()
    this.#cache = cache
    this.#unsubscribe = readersOf(cache).subscribe({
      unwatched: hash => void this.#trusted.delete(hash),
      readAgain: query => this.#options.readAgain(query),
      removed: hash => {
        this.#trusted.delete(hash)
        if (!this.#wanted.has(hash)) this.#timed.delete(hash)
        this.#options.removed(hash)
      },
    })
  }

  end(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#cache = undefined
    this.#trusted.clear()
  }

  /**
   * The connection has delivered the whole data of this key. Without a reader, that proves nothing for the
   * next one.
   */
  add(hash: string): void {
    if (this.#trusted.has(hash)) return
    const query = this.#options.cache().get(hash)
    if (query && query.getObserversCount() > 0) this.#trusted.add(hash)
  }

  has({ queryHash }: Query): boolean {
    return this.#trusted.has(queryHash)
  }

  /** Since when a query has been read without interruption (ms since the epoch). */
  readSince(query: Query): number {
    return readersOf(this.#options.cache()).readSince(query)
  }

  /** Keys that mounted `useSocketQuery`s read. */
  get wanted(): ReadonlyMap<string, { key: QueryKey }> {
    return this.#wanted
  }

  /** Whether the readers of this key decide by their own `staleTime`. */
  isTimed(hash: string): boolean {
    return this.#timed.has(hash)
  }

  /** A `useSocketQuery` reads this key until the returned function is called. */
  join(hash: string, key: QueryKey, hasStaleTime: boolean): () => void {
    const wanted = this.#wanted.get(hash) ?? { key, readers: 0 }
    this.#wanted.set(hash, wanted)
    wanted.readers++
    if (hasStaleTime) this.#timed.add(hash)
    else this.#timed.delete(hash)
    return () => {
      wanted.readers--
      if (wanted.readers === 0) this.#wanted.delete(hash)
    }
  }
}
