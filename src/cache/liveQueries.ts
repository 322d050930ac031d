import type { Query, QueryClient, QueryKey } from '@tanstack/react-query'
import type { Clock } from '../core/platform.ts'
import { ConfigurationError } from '../core/errors.ts'
import { hashValue } from '../core/hash.ts'
import type { Cursor } from '../core/streamPosition.ts'
import { ignoreRejection, isPromise } from '../core/validation.ts'
import { type PositionOf, StaleGuard } from './freshness.ts'
import type { CacheWriter } from './messageTypes.ts'
import { KeyHashes, WrittenKeys } from './writtenKeys.ts'
import type { MessageRules } from './messageRules.ts'
import { ReaderTrust } from './readers.ts'
import { catching, isFunction, isPatch, type Update } from './update.ts'
import type { QueryWriter } from './queryWriter.ts'

/** Queries that a connection keeps up to date. */
export interface LiveQuery {
  /** The prefix of their keys. */
  queryKey: QueryKey
  /** Reads from a response the position in the server's log up to which it is complete. */
  position?: ((data: never) => Cursor | undefined) | undefined
}

/** What the live queries of a connection are built from. */
export interface LiveQueriesOptions {
  client(): QueryClient
  writer: QueryWriter
  clock: Clock
  rules: MessageRules
  /** The application's `liveQueries`, even before anything was written to them. */
  sources(): readonly LiveQuery[]
  /** The position from which the stream was followed without a gap. */
  since(): Cursor | undefined
  /** How many queries messages may create. */
  maxQueries(): number
  /** Queries that messages had created were dropped, because there were more than `maxQueries`. */
  dropped(count: number): void
  /** Responses keep being older than the data of this key. */
  outdated(key: QueryKey): void
  /** An updater for a message of this type threw. */
  failed(type: string, error: unknown): void
}

/** The data that one connection keeps up to date: these keys become stale when it misses something. */
export class LiveQueries implements CacheWriter {
  /** The position of the message being handled. */
  cursor: Cursor | undefined
  /** The type of the message whose handler is running. */
  type: string | undefined
  readonly #options: LiveQueriesOptions
  readonly #guard: StaleGuard
  readonly #trust: ReaderTrust
  readonly #written: WrittenKeys
  readonly #hashes = new KeyHashes()
  #positions: readonly { hash: string; length: number; positionOf: PositionOf }[] = []
  readonly #createdAt: number
  #hasOpened = false
  /** Queries whose data a handler changed although it is older than the connection. */
  readonly #early = new Set<Query>()
  #isJudging = false
  /** Whether the connection has ended, so that later messages are ignored. */
  hasEnded = false

  constructor(options: LiveQueriesOptions) {
    this.#options = options
    const { clock, rules, since, writer } = options
    this.#createdAt = clock.now()
    const cache = () => options.client().getQueryCache()
    this.#guard = new StaleGuard({
      clock,
      since,
      versionOf: key => rules.ofKey(key)?.version,
      positionOf: key => this.#positionOf(key),
      refetch: query => this.#refetch(candidate => candidate === query),
      outdated: options.outdated,
    })
    this.#written = new WrittenKeys({
      cache,
      isPending: hash => writer.isPending(hash),
      cancel: hash => writer.cancel(hash),
      forgotten: hash => this.#guard.forget(hash),
    })
    this.#trust = new ReaderTrust({
      cache,
      readAgain: query => this.#readAgain(query),
      removed: hash => this.#written.removed(hash),
    })
  }

  /** Reads the latest options again: which data has a version or position, and which sources were removed. */
  configured(): void {
    const { client, sources, rules, writer } = this.#options
    if (!this.hasEnded) this.#trust.follow()
    this.#positions = sources().flatMap(({ queryKey, position }) =>
      position
        ? [{ hash: hashValue(queryKey), length: queryKey.length, positionOf: position as PositionOf }]
        : [],
    )
    const isNeeded = (this.#positions.length > 0 || rules.hasVersions) && !this.hasEnded
    if (isNeeded && !this.#isJudging) this.#guard.begin(client().getQueryCache().getAll())
    this.#isJudging = isNeeded
    writer.judgeBy(this.#guard, isNeeded)
  }

  /** Where the stream must resume so that nothing is missing between cached data and new messages. */
  resumePosition(): Cursor | undefined {
    return this.#guard.start(this.#options.client().getQueryCache().getAll())
  }

  /**
   * The connection has opened without a known gap. Data that was fetched before the first opening and has no
   * position may have missed updates in between. Readers whose request failed are refetched now.
   */
  onOpen(): void {
    const cache = this.#options.client().getQueryCache()
    const refetched = new Set([...this.#trust.wanted.keys()].flatMap(hash => this.#unserved(hash) ?? []))
    if (!this.#hasOpened) {
      this.#hasOpened = true
      for (const { queryKey, position } of this.#options.sources())
        if (!position) for (const query of cache.findAll({ queryKey })) refetched.add(query)
    }
    if (refetched.size > 0) this.#refetch(query => refetched.has(query))
  }

  /**
   * The stream is followed from this position on. Refetch queries whose data ends before it: they missed the
   * updates in between.
   */
  onPositionKnown(since: Cursor): void {
    this.#refetch(query => this.#guard.isBefore(query, since))
  }

  setQueryData(key: QueryKey, update: Update): void {
    if (isPromise(update)) {
      ignoreRejection(update)
      throw new ConfigurationError('setQueryData was called with a promise. Await it first.')
    }
    if (this.hasEnded) return
    const hash = this.#hashes.of(key)
    if (this.type !== undefined) this.#written.addKeyOf(this.type, hash, key)
    this.#write(hash, key, update)
  }

  /** Sets a query's data to a message's response. If the type has no rule, only an existing query is updated. */
  replace(key: QueryKey, response: unknown, isKnown: boolean): boolean {
    const hash = this.#hashes.of(key)
    const isWanted = isKnown || this.#options.client().getQueryCache().get(hash) !== undefined
    if (!isWanted || this.hasEnded) return isWanted
    this.#trust.add(hash)
    this.#write(hash, key, response)
    return true
  }

  invalidateQueries(key: QueryKey): void {
    if (this.hasEnded) return
    const hash = this.#hashes.of(key)
    if (this.type !== undefined) this.#written.addPrefixOf(this.type, hash, key)
    this.#written.addPrefix(hash, key)
    this.#options.writer.invalidate(hash, key)
  }

  /** Writes pending updates now. */
  flush(): void {
    this.#options.writer.flush()
  }

  /** A `useSocketQuery` reads this key until the returned function is called. */
  addReader(key: QueryKey, hasStaleTime: boolean): () => void {
    return this.#trust.join(this.#hashes.of(key), key, hasStaleTime)
  }

  /** The response to a request for this key contained its whole data. */
  onResponse(key: QueryKey): void {
    const hash = this.#hashes.of(key)
    this.#written.add(hash, key)
    this.#trust.add(hash)
  }

  /**
   * Whether a query's data needs no request: the connection has kept it current for its readers, or its
   * position proves it. Before the first opening, data with a position waits to see where the stream begins.
   */
  isCurrent(query: Query): boolean {
    if (this.#trust.has(query)) return true
    return this.#hasOpened ? this.#guard.isFollowed(query) : this.#guard.hasPosition(query)
  }

  /** The keys that a gap would invalidate now. */
  staleKeys(): readonly QueryKey[] {
    return [...this.#staleKeys().values(), ...this.#stalePrefixes()]
  }

  /** Messages were missed: invalidates every key, which refetches those on screen. Returns the keys. */
  invalidateAll(): readonly QueryKey[] {
    return this.#invalidate()
  }

  /** The connection has ended: its keys are no longer kept up to date, and become stale when they are next read. */
  end(): void {
    this.#invalidate('none')
    this.hasEnded = true
    this.#guard.end()
    this.#trust.end()
    this.configured()
  }

  /** These types lost their last handler, and `sources` are no longer kept current: what they wrote becomes stale. */
  released(types: readonly string[], sources: readonly LiveQuery[]): void {
    if (this.hasEnded) return
    const touched = types.map(type => this.#written.takeType(type))
    const keys = new Set(touched.flatMap(({ keys }) => [...keys.keys()]))
    const prefixes = [...touched.flatMap(type => type.prefixes), ...sources.map(({ queryKey }) => queryKey)]
    if (keys.size === 0 && prefixes.length === 0) return
    const cache = this.#options.client().getQueryCache()
    const below = new Set(prefixes.flatMap(queryKey => cache.findAll({ queryKey })))
    this.#options.writer.flush()
    this.#options.writer.invalidateNow({
      predicate: query => keys.has(query.queryHash) || below.has(query),
      refetchType: 'none',
    })
  }

  #write(hash: string, key: QueryKey, update: Update): void {
    if (this.#written.add(hash, key)) this.#noteFirst(hash, key, update)
    const { cursor, type = String(key[0]) } = this
    const safe = isFunction(update) ? catching(update, error => this.#options.failed(type, error)) : update
    const judged = this.#isJudging ? this.#guard.withVersion({ hash, key, cursor }, safe) : safe
    this.#options.writer.write(hash, key, judged)
  }

  /**
   * Data kept current by a handler becomes stale when it is read again. While nobody read it, the server may
   * have stopped sending it, perhaps because the component that wanted it said so.
   */
  #readAgain(query: Query): void {
    const { queryHash } = query
    if (!this.#written.isHandled(queryHash) || this.#trust.isTimed(queryHash)) return
    if (query.state.data !== undefined && !this.#guard.isFollowed(query)) query.invalidate()
  }

  /** A change to data older than the connection, or than its reader, shows that the data missed earlier changes. */
  #noteFirst(hash: string, key: QueryKey, update: Update): void {
    const dropped = this.#written.evict(this.#options.maxQueries())
    if (dropped > 0) this.#options.dropped(dropped)
    const query = this.#options.client().getQueryCache().get(hash)
    if (!query || query.state.data === undefined || !isPatch(update) || this.#positionOf(key)) return
    if (query.state.dataUpdatedAt >= Math.max(this.#createdAt, this.#trust.readSince(query))) return
    if (this.#early.size === 0) queueMicrotask(() => this.#refetchEarly())
    this.#early.add(query)
  }

  #refetchEarly(): void {
    const early = new Set(this.#early)
    this.#early.clear()
    if (this.hasEnded) return
    this.flush()
    this.#refetch(query => early.has(query))
  }

  /** The query that a `useSocketQuery` reads, if it waits for data that is not being fetched. */
  #unserved(hash: string): Query | undefined {
    const query = this.#options.client().getQueryCache().get(hash)
    if (!query || query.state.fetchStatus !== 'idle') return undefined
    const hasFailed = query.state.status === 'error'
    const isOld = !this.#hasOpened && !this.#trust.isTimed(hash) && !this.isCurrent(query)
    return hasFailed || isOld ? query : undefined
  }

  #invalidate(refetchType?: 'none'): readonly QueryKey[] {
    const { client, writer } = this.#options
    writer.flush()
    this.#written.prune()
    const cache = client().getQueryCache()
    const prefixes = this.#stalePrefixes()
    const stale = this.#staleKeys()
    // After the end, readers with their own `staleTime` decide for themselves. They could not know of a gap.
    if (refetchType === 'none')
      for (const hash of stale.keys()) if (this.#trust.isTimed(hash)) stale.delete(hash)
    // Each query only once: a second time would count as an invalidation during the fetch of the first.
    const begun = new Set(prefixes.flatMap(queryKey => cache.findAll({ queryKey })))
    const predicate = (query: Query) => stale.has(query.queryHash) || begun.has(query)
    writer.invalidateNow({ predicate, ...(refetchType && { refetchType }) })
    return [...stale.values(), ...prefixes]
  }

  /** Keys that it wrote, and those that it would write without a handler, by hash. */
  #staleKeys(): Map<string, QueryKey> {
    const { client, rules } = this.#options
    const stale = new Map(this.#written.keys)
    for (const [hash, { key }] of this.#trust.wanted) stale.set(hash, key)
    for (const { queryHash, queryKey } of client().getQueryCache().getAll()) {
      const rule = rules.ofKey(queryKey)
      if (rule && !rule.handler) stale.set(queryHash, queryKey)
    }
    return stale
  }

  #stalePrefixes(): readonly QueryKey[] {
    return [...this.#written.prefixes, ...this.#options.sources().map(({ queryKey }) => queryKey)]
  }

  #refetch(predicate: (query: Query) => boolean): void {
    this.#options.writer.invalidateNow({ predicate })
  }

  #positionOf(key: QueryKey): PositionOf | undefined {
    return this.#positions.find(({ hash, length }) => hashValue(key.slice(0, length)) === hash)?.positionOf
  }
}
