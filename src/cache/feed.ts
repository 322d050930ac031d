import type { Query, QueryClient, QueryKey } from '@tanstack/react-query'
import type { Clock } from '../core/clock.ts'
import { hashValue } from '../core/hash.ts'
import type { Cursor } from '../core/recovery.ts'
import type { PositionOf } from './age.ts'
import type { CacheWriter } from './cacheWriter.ts'
import { KeyHashes } from './keyHashes.ts'
import type { MessageTable } from './messageTable.ts'
import { Recency } from './recency.ts'
import type { Update } from './update.ts'
import type { Writer } from './writer.ts'

/** From how many keys on it is looked for ones that have left the cache. */
const FIRST_PRUNING = 1_024

/** Queries that a connection keeps up to date. */
export interface FeedSource {
  /** The beginning of their keys. */
  queryKey: QueryKey
  /** Reads from an answer up to where in the server's log it holds everything. */
  position?: ((data: never) => Cursor | undefined) | undefined
}

/** What a feed is made of. */
export interface FeedOptions {
  client(): QueryClient
  writer: Writer
  clock: Clock
  table: MessageTable
  /** What the application says it feeds, although it may not have been written yet. */
  sources(): readonly FeedSource[]
  /** From where on the stream was followed without a hole. */
  since(): Cursor | undefined
}

/** What one connection keeps up to date: these keys are stale when it misses something. */
export class Feed implements CacheWriter {
  /** The position of the message that is being handled. */
  cursor: Cursor | undefined
  readonly #options: FeedOptions
  readonly #recency: Recency
  readonly #hashes = new KeyHashes()
  #keys = new Map<string, QueryKey>()
  /** Beginnings of keys that it invalidated: what it missed would have done so again. */
  readonly #prefixes = new Map<string, QueryKey>()
  #positions: readonly { hash: string; length: number; positionOf: PositionOf }[] = []
  #pruneAt = FIRST_PRUNING
  #isJudging = false
  #hasEnded = false

  constructor(options: FeedOptions) {
    this.#options = options
    const { clock, table, since } = options
    this.#recency = new Recency({
      clock,
      since,
      versionOf: key => table.versionOf(key),
      positionOf: key => this.#positionOf(key),
      refetch: query => this.#refetch(candidate => candidate === query),
    })
  }

  /** Reads again which of its data have an age. */
  configured(): void {
    const { client, sources, table, writer } = this.#options
    this.#positions = sources().flatMap(({ queryKey, position }) =>
      position
        ? [{ hash: hashValue(queryKey), length: queryKey.length, positionOf: position as PositionOf }]
        : [],
    )
    const isNeeded = (this.#positions.length > 0 || table.hasVersions) && !this.#hasEnded
    if (isNeeded && !this.#isJudging) this.#recency.begin(client().getQueryCache().getAll())
    this.#isJudging = isNeeded
    writer.judgeBy(this.#recency, isNeeded)
  }

  /** From where the stream must go on so that nothing is missing between what is cached and what comes. */
  start(): Cursor | undefined {
    return this.#recency.start(this.#options.client().getQueryCache().getAll())
  }

  /** It has begun to follow the server: what was read before, and does not say up to where, may lack what came between. */
  opened(): void {
    const fed = this.#options.sources().filter(({ position }) => !position)
    const cache = this.#options.client().getQueryCache()
    const early = new Set(fed.flatMap(({ queryKey }) => cache.findAll({ queryKey })))
    if (early.size > 0) this.#refetch(query => early.has(query))
  }

  /** It has followed the server's log from this position on: what was read up to an earlier one lacks what came between. */
  began(since: Cursor): void {
    this.#refetch(query => this.#recency.isBefore(query, since))
  }

  setQueryData(key: QueryKey, update: Update): void {
    if (!this.#hasEnded) this.#write(this.#hashes.of(key), key, update)
  }

  /** Sets a query's data to what a message brings; unless its type is known, only where there is such a query. */
  replace(key: QueryKey, response: unknown, isKnown: boolean): boolean {
    const hash = this.#hashes.of(key)
    const isWanted = isKnown || this.#options.client().getQueryCache().get(hash) !== undefined
    if (isWanted && !this.#hasEnded) this.#write(hash, key, response)
    return isWanted
  }

  invalidateQueries(key: QueryKey): void {
    if (this.#hasEnded) return
    const hash = this.#hashes.of(key)
    if (this.#prefixes.size >= this.#pruneAt) this.#prune()
    this.#prefixes.set(hash, key)
    this.#options.writer.invalidate(hash, key)
  }

  /** Writes what waits now. */
  flush(): void {
    this.#options.writer.flush()
  }

  /** Counts a key among those that this connection keeps up to date. */
  note(key: QueryKey): void {
    this.#note(this.#hashes.of(key), key)
  }

  /** The keys that a gap would invalidate now. */
  keys(): readonly QueryKey[] {
    return [...this.#staleKeys().values(), ...this.#stalePrefixes()]
  }

  /** Something was missed: every key is invalidated, and refetched where it is on screen. Gives the keys. */
  invalidateAll(): readonly QueryKey[] {
    return this.#invalidate()
  }

  /** The connection has ended: its keys are kept up to date no more, and count as stale when they are next looked at. */
  end(): void {
    this.#invalidate('none')
    this.#hasEnded = true
    this.#recency.end()
    this.configured()
  }

  #note(hash: string, key: QueryKey): void {
    if (this.#keys.has(hash)) return
    if (this.#keys.size >= this.#pruneAt) this.#prune()
    this.#keys.set(hash, key)
  }

  #write(hash: string, key: QueryKey, update: Update): void {
    this.#note(hash, key)
    const { cursor } = this
    const judged = this.#isJudging ? this.#recency.stamp({ hash, key, cursor }, update) : update
    this.#options.writer.write(hash, key, judged)
  }

  #invalidate(refetchType?: 'none'): readonly QueryKey[] {
    const { client, writer } = this.#options
    writer.flush()
    this.#prune()
    const cache = client().getQueryCache()
    const prefixes = this.#stalePrefixes()
    const stale = this.#staleKeys()
    // Each query once: a second time would count as an invalidation during the fetch of the first.
    const begun = new Set(prefixes.flatMap(queryKey => cache.findAll({ queryKey })))
    const predicate = (query: Query) => stale.has(query.queryHash) || begun.has(query)
    writer.invalidateNow({ predicate, ...(refetchType && { refetchType }) })
    return [...stale.values(), ...prefixes]
  }

  /** Keys that it wrote, and those that it would write without a handler, by hash. */
  #staleKeys(): Map<string, QueryKey> {
    const { client, table } = this.#options
    const stale = new Map(this.#keys)
    for (const { queryHash, queryKey } of client().getQueryCache().getAll()) {
      if (table.owns(queryKey)) stale.set(queryHash, queryKey)
    }
    return stale
  }

  #stalePrefixes(): readonly QueryKey[] {
    return [...this.#prefixes.values(), ...this.#options.sources().map(({ queryKey }) => queryKey)]
  }

  #refetch(predicate: (query: Query) => boolean): void {
    this.#options.writer.invalidateNow({ predicate })
  }

  #positionOf(key: QueryKey): PositionOf | undefined {
    return this.#positions.find(({ hash, length }) => hashValue(key.slice(0, length)) === hash)?.positionOf
  }

  #prune(): void {
    const { client, writer } = this.#options
    const cache = client().getQueryCache()
    for (const hash of this.#keys.keys()) {
      if (cache.get(hash) || writer.isPending(hash)) continue
      this.#keys.delete(hash)
      this.#recency.forget(hash)
    }
    for (const [hash, queryKey] of this.#prefixes)
      if (!cache.find({ queryKey, exact: false })) this.#prefixes.delete(hash)
    this.#pruneAt = Math.max(FIRST_PRUNING, 2 * Math.max(this.#keys.size, this.#prefixes.size))
  }
}
