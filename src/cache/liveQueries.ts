import type { Query, QueryKey } from '@tanstack/react-query'
import type { Subscription } from '../core/correlation.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { ConnectionEvent } from '../core/events.ts'
import { hashValue } from '../core/hash.ts'
import type { Clock } from '../core/platform.ts'
import type { Cursor } from '../core/envelope.ts'
import { ignoreRejection, isPromise } from '../core/validation.ts'
import { StaleGuard } from './freshness.ts'
import type { MessageRules } from './messageRules.ts'
import type { CacheWriter } from './messageTypes.ts'
import type { QueryWriter } from './queryWriter.ts'
import { type TrackedKey, TrackedKeys } from './trackedKeys.ts'
import type { Change, Updater } from './updater.ts'

/** Queries that a connection keeps up to date. */
export interface LiveQuery {
  /** The prefix of their keys. */
  queryKey: QueryKey
  /** Reads from a response the position in the server's log up to which it is complete. */
  position?: ((data: never) => Cursor | undefined) | undefined
}

/** What the live queries of a connection are built from. */
export interface LiveQueriesOptions {
  writer: QueryWriter
  clock: Clock
  rules: MessageRules
  /** How long data stays current that was fetched before a component reads it (ms). */
  closeDelay(): number
  /** The position from which the stream was followed without a gap. */
  since(): Cursor | undefined
  report(event: ConnectionEvent): void
}

/** What the users of a connection want. */
interface LiveQueriesConfig {
  /** The application's `liveQueries`. Without it, they stay as they are. */
  liveQueries?: readonly (QueryKey | LiveQuery)[]
  /** How many queries messages may create. */
  maxQueries: number
  /** Types that have lost their last handler. */
  lostTypes?: readonly string[]
}

/** The data that one connection keeps up to date: these keys become stale when it misses something. */
export class LiveQueries implements CacheWriter {
  /** The position of the message being handled. */
  cursor: Cursor | undefined
  /** The type of the message whose handler is running. */
  type: string | undefined
  /** Whether the connection has ended, so that later messages are ignored. */
  hasEnded = false
  /** Finds the subscription to the key of this hash. Set by the first component that subscribes. */
  subscriptionOf: ((hash: string) => Pick<Subscription, 'isCurrent' | 'isRefused'> | undefined) | undefined
  /** Whether a gap of the connection does not concern its subscriptions. Set as above. */
  haveOwnGaps: (() => boolean) | undefined
  readonly #options: LiveQueriesOptions
  readonly #guard: StaleGuard
  readonly #keys: TrackedKeys
  /** The application's `liveQueries`, by the hash of their key. */
  #declared: ReadonlyMap<string, LiveQuery> = new Map()
  #maxQueries = Infinity
  readonly #createdAt: number
  #hasOpened = false
  /** Queries whose data a handler changed although it is older than the connection. */
  readonly #early = new Set<Query>()
  /** Queries that were refetched when the connection first opened, so their data is as new as the connection. */
  readonly #refetchedAtOpening = new WeakSet<Query>()

  constructor(options: LiveQueriesOptions) {
    this.#options = options
    const { clock, rules, since, report, writer } = options
    this.#createdAt = clock.now()
    const refetch = (query: Query) => this.#refetch(candidate => candidate === query)
    this.#guard = new StaleGuard({ clock, rules, since, report, refetch })
    this.#keys = new TrackedKeys({
      writer,
      clock,
      onForget: hash => this.#guard.forget(hash),
      // Data that a handler keeps current becomes stale when it is read again. While it had no reader, the
      // server may have stopped sending it, perhaps because the component that wanted it said so.
      onReader: (query, tracked) => {
        if (!tracked?.isHandled || tracked.hasStaleTime || tracked.isCurrent) return
        if (this.#isSubscribed(query.queryHash)) return
        if (query.state.data !== undefined && !this.#guard.isFollowed(query)) query.invalidate()
      },
    })
  }

  /** Applies the latest options. What is no longer kept up to date becomes stale. */
  configure({ liveQueries, maxQueries, lostTypes = [] }: LiveQueriesConfig): void {
    if (this.hasEnded) return
    const { writer, rules } = this.#options
    const previous = this.#declared
    this.#maxQueries = maxQueries
    if (liveQueries) {
      const declared = liveQueries.map(entry => ('queryKey' in entry ? entry : { queryKey: entry }))
      this.#declared = new Map(declared.map(entry => [hashValue(entry.queryKey), entry]))
    }
    this.#keys.follow()
    const { hashes, prefixes } = this.#keys.releaseTypes(lostTypes)
    if (this.#guard.isActive || this.#declared.size > 0 || rules.hasVersions) {
      this.#guard.configure([...this.#declared.values()], () => writer.cache.getAll())
      writer.setGuard(this.#guard, this.#guard.isActive)
    }
    const lost = [...previous].flatMap(([hash, entry]) => (this.#declared.has(hash) ? [] : [entry.queryKey]))
    if (hashes.size + prefixes.length + lost.length === 0) return
    this.flush()
    this.#invalidate(hashes, [...prefixes, ...lost], true)
  }

  /** Where the stream must resume so that nothing is missing between cached data and new messages. */
  resumePosition(): Cursor | undefined {
    return this.#guard.lowestPosition(this.#options.writer.cache.getAll())
  }

  /**
   * The connection has opened without a known gap. Data that was fetched before the first opening and has no
   * position may have missed updates in between. Readers whose request failed are refetched now.
   */
  onOpen(): void {
    const { cache } = this.#options.writer
    const refetched = new Set(this.#keys.read.flatMap(hash => this.#unserved(hash) ?? []))
    if (!this.#hasOpened) {
      this.#hasOpened = true
      for (const { queryKey, position } of this.#declared.values())
        if (!position) for (const query of cache.findAll({ queryKey })) refetched.add(query)
      for (const query of refetched) this.#refetchedAtOpening.add(query)
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

  setQueryData(key: QueryKey, update: unknown): void {
    refusePromisedData('setQueryData', update)
    if (!this.hasEnded) this.#write(key, update)
  }

  setQueriesData(prefix: QueryKey, update: unknown): void {
    refusePromisedData('setQueriesData', update)
    if (this.hasEnded) return
    const { writer } = this.#options
    // Earlier writes of this flush count as data, too.
    writer.createPending()
    const hash = this.#keys.hashOf(prefix)
    this.#keys.addPrefix(hash, prefix, this.type)
    for (const { queryKey, queryHash, state } of this.#keys.queriesBelow(hash, prefix))
      if (state.data !== undefined || state.fetchStatus !== 'idle' || writer.isPending(queryHash))
        this.#write(queryKey, update, queryHash)
  }

  /** Sets a query's data to a message's response. Unless `mayCreate`, only an existing query is updated. */
  replace(key: QueryKey, response: unknown, mayCreate: boolean): boolean {
    const { cache } = this.#options.writer
    if (!mayCreate && !cache.get(this.#keys.hashOf(key))) return false
    if (!this.hasEnded) this.#keys.setCurrent(this.#write(key, response))
    return true
  }

  invalidateQueries(key: QueryKey): void {
    if (this.hasEnded) return
    const hash = this.#keys.hashOf(key)
    this.#keys.addPrefix(hash, key, this.type)
    this.#options.writer.invalidate(hash, key)
  }

  /** The hash of a key in the cache. */
  hashOf(key: QueryKey): string {
    return this.#keys.hashOf(key)
  }

  /** Writes pending changes now. */
  flush(): void {
    this.#options.writer.flush()
  }

  /** A `useSocketQuery` reads this key until the returned function is called. */
  addReader(key: QueryKey, hasStaleTime: boolean): () => void {
    return this.#keys.addReader(key, hasStaleTime)
  }

  /** The response to a request for this key contained its whole data. */
  onResponse(key: QueryKey): void {
    const tracked = this.#keys.track(key)
    this.#keys.setWritten(tracked)
    this.#keys.setCurrent(tracked.hash, this.#options.closeDelay())
  }

  /**
   * The data for a fetch that waited for a message: what the cache contains once that message is written, or
   * `response` if its handler has written nothing.
   */
  readAfterMessage(key: QueryKey, response: unknown): unknown {
    const { writer } = this.#options
    this.flush()
    const query = writer.cache.get(this.#keys.hashOf(key))
    if (query) writer.settleRace(query)
    return query?.state.data ?? response ?? null
  }

  isCached(key: QueryKey): boolean {
    return this.#options.writer.cache.get(this.#keys.hashOf(key))?.state.data !== undefined
  }

  /** The data of a subscription has become current, or stale until the server speaks of it again. */
  onSubscriptionChange(hash: string, isCurrent: boolean): void {
    const query = this.#options.writer.cache.get(hash)
    if (!query || this.hasEnded) return
    // Even if it is not invalidated: its observers have to see that it is no longer stale.
    if (isCurrent) query.setState({ ...query.state, isInvalidated: false })
    else if (!query.state.isInvalidated) this.#options.writer.invalidateNow([query], true)
  }

  /** Invalidates the queries of these keys, and those below these prefixes, and refetches those on screen. */
  invalidateKeys(hashes: ReadonlySet<string>, prefixes: readonly QueryKey[] = []): void {
    if (this.hasEnded) return
    this.flush()
    this.#invalidate(hashes, prefixes)
  }

  /**
   * Whether a query's data needs no request: the connection has kept it current for its readers, or its
   * position proves it. Before the first opening, data with a position waits to see where the stream begins.
   */
  isCurrent(query: Query): boolean {
    if (this.#keys.get(query.queryHash)?.isCurrent) return true
    return this.#hasOpened ? this.#guard.isFollowed(query) : this.#guard.hasPosition(query)
  }

  /** The keys that a gap would invalidate now. */
  staleKeys(): readonly QueryKey[] {
    return [...this.#stale().values(), ...this.#stalePrefixes()]
  }

  /**
   * Messages were missed: invalidates every key, which refetches those on screen unless `isEnd`. Returns the keys.
   */
  invalidateAll(isEnd = false): readonly QueryKey[] {
    this.flush()
    this.#keys.prune()
    const prefixes = this.#stalePrefixes()
    const stale = this.#stale()
    // After the end, readers with their own `staleTime` decide for themselves. They could not know of a gap.
    if (isEnd) for (const hash of stale.keys()) if (this.#keys.get(hash)?.hasStaleTime) stale.delete(hash)
    if (!isEnd && this.haveOwnGaps?.())
      for (const hash of stale.keys()) if (this.subscriptionOf?.(hash)) stale.delete(hash)
    this.#invalidate(stale.keys(), prefixes, isEnd)
    return [...stale.values(), ...prefixes]
  }

  /** The connection has ended: its keys are no longer kept up to date, and become stale when they are next read. */
  end(): void {
    this.invalidateAll(true)
    this.hasEnded = true
    this.#guard.end()
    this.#keys.end()
    this.#options.writer.setGuard(this.#guard, false)
  }

  #write(key: QueryKey, update: unknown, knownHash?: string): string {
    const tracked = this.#keys.track(key, this.type, knownHash)
    if (!tracked.isWritten) this.#onFirstWrite(tracked, update)
    const { hash } = tracked
    const isUpdater = typeof update === 'function'
    const change: Change = {
      updater: isUpdater ? (update as Updater<unknown>) : undefined,
      value: isUpdater ? undefined : update,
      type: this.type ?? String(key[0]),
      hasFailed: false,
      isSubscribed: this.subscriptionOf?.(hash) !== undefined,
      report: this.#options.report,
    }
    const { cursor } = this
    const guarded = this.#guard.isActive ? this.#guard.withVersion(change, { hash, key, cursor }) : change
    this.#options.writer.write(hash, key, guarded)
    return hash
  }

  /** Refetches data older than the connection, or than its reader: a change to it shows that it missed earlier ones. */
  #onFirstWrite(tracked: TrackedKey, update: unknown): void {
    this.#keys.setWritten(tracked)
    const { hash } = tracked
    const count = this.#keys.evict(this.#maxQueries)
    if (count > 0) this.#options.report({ kind: 'queries-dropped', count })
    const query = this.#options.writer.cache.get(hash)
    if (!query || query.state.data === undefined || typeof update !== 'function') return
    if (this.#guard.positionOf(query.queryKey) || this.subscriptionOf?.(hash)) return
    if (this.#refetchedAtOpening.has(query)) return
    if (query.state.dataUpdatedAt >= Math.max(this.#createdAt, this.#keys.readSince(query))) return
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
    const query = this.#options.writer.cache.get(hash)
    if (!query || query.state.fetchStatus !== 'idle' || this.#isSubscribed(hash)) return undefined
    const hasFailed = query.state.status === 'error'
    const isOld = !this.#hasOpened && !this.#keys.get(hash)?.hasStaleTime && !this.isCurrent(query)
    return hasFailed || isOld ? query : undefined
  }

  /** Invalidates the queries with these hashes or prefixes. */
  #invalidate(hashes: Iterable<string>, prefixes: readonly QueryKey[], isMark = false): void {
    const { writer } = this.#options
    // Each query only once: a second time would count as an invalidation during the fetch of the first.
    const queries = new Set(prefixes.flatMap(queryKey => writer.cache.findAll({ queryKey })))
    for (const hash of hashes) {
      const query = writer.cache.get(hash)
      if (query) queries.add(query)
    }
    writer.invalidateNow(queries, isMark)
  }

  /** Keys that it wrote, and those that it would write without a handler, by hash. */
  #stale(): Map<string, QueryKey> {
    const { writer, rules } = this.#options
    const stale = this.#keys.stale()
    for (const { queryHash, queryKey } of writer.cache.getAll()) {
      const rule = rules.ofKey(queryKey)
      if (rule && !rule.handler) stale.set(queryHash, queryKey)
    }
    // The server has sent them since the connection opened.
    for (const hash of stale.keys()) if (this.#isSubscribed(hash)) stale.delete(hash)
    return stale
  }

  #isSubscribed(hash: string): boolean {
    const subscription = this.subscriptionOf?.(hash)
    return subscription !== undefined && (subscription.isCurrent || subscription.isRefused)
  }

  #stalePrefixes(): readonly QueryKey[] {
    return [...this.#keys.prefixes, ...[...this.#declared.values()].map(({ queryKey }) => queryKey)]
  }

  #refetch(predicate: (query: Query) => boolean): void {
    const { writer } = this.#options
    writer.invalidateNow(writer.cache.getAll().filter(predicate))
  }
}

function refusePromisedData(name: string, update: unknown): void {
  if (typeof update === 'function' || !isPromise(update)) return
  ignoreRejection(update)
  throw new ConfigurationError(`${name} was called with a promise. Await it first.`)
}
