import type { Query, QueryCache, QueryKey } from '@tanstack/react-query'
import { isPlainObject } from '../core/hash.ts'
import type { Clock, TimerHandle } from '../core/platform.ts'
import { readersOf } from './queryReaders.ts'
import type { QueryWriter } from './queryWriter.ts'

/** Above this number of keys, look for keys that have left the cache. */
const FIRST_PRUNING = 1_024

/** The share of the limit to which created queries are reduced, so that not every message has to do it. */
const EVICTED_SHARE = 0.9

/** What one connection knows about a query key. */
export interface TrackedKey {
  readonly hash: string
  readonly key: QueryKey
  /** A message has written it, or the response to a request contained it. */
  isWritten: boolean
  /** The types of messages whose handlers have written it. */
  types: readonly string[]
  /** A handler has written it, even if that handler has been removed. */
  isHandled: boolean
  /**
   * The connection has delivered its whole data, and it has been read without interruption since: a server may
   * stop sending what has no readers. Data that was just fetched stays current for a while without a reader.
   */
  isCurrent: boolean
  /** How many mounted `useSocketQuery`s read it. */
  readers: number
  /** Its readers decide by their own `staleTime`. */
  hasStaleTime: boolean
}

/** A key whose queries handlers invalidated: a missed message would have invalidated them again. */
interface TrackedPrefix {
  readonly key: QueryKey
  types: readonly string[]
}

/** What `TrackedKeys` needs from its connection. */
interface TrackedKeysOptions {
  writer: QueryWriter
  clock: Clock
  /** A query has a reader again. */
  onReader(query: Query, tracked: TrackedKey | undefined): void
  /** A key is no longer tracked. */
  onForget(hash: string): void
}

/** The keys that one connection has written or invalidated, and those that mounted `useSocketQuery`s read. */
export class TrackedKeys {
  readonly #options: TrackedKeysOptions
  readonly #hashes: KeyHashes
  readonly #keys = new Map<string, TrackedKey>()
  readonly #prefixes = new Map<string, TrackedPrefix>()
  /** Hashes of the queries that messages have created, oldest first. */
  readonly #created = new Set<string>()
  /** When unread data stops being current, by hash. */
  readonly #unread = new Map<string, TimerHandle>()
  #cache: QueryCache | undefined
  #unsubscribe: (() => void) | undefined
  /** The queries below prefixes, by the hash of the prefix, as long as the cache has the same keys. */
  readonly #below = new Map<string, readonly Query[]>()
  #belowVersion: unknown
  #pruneAt = FIRST_PRUNING
  #evictAt = 0

  constructor(options: TrackedKeysOptions) {
    this.#options = options
    this.#hashes = new KeyHashes(key => options.writer.hashOf(key))
    this.follow()
  }

  /** Follows the current cache. The data of an earlier cache is no longer current. */
  follow(): void {
    const { cache } = this.#options.writer
    if (cache === this.#cache) return
    this.end()
    this.#hashes.clear()
    this.#below.clear()
    this.#cache = cache
    this.#unsubscribe = readersOf(cache).subscribe({
      onLeft: hash => {
        const tracked = this.#keys.get(hash)
        if (tracked) tracked.isCurrent = false
      },
      onReader: query => this.#options.onReader(query, this.#keys.get(query.queryHash)),
      onRemoved: hash => this.#remove(hash),
    })
  }

  end(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#cache = undefined
    for (const timer of this.#unread.values()) this.#options.clock.clearTimeout(timer)
    this.#unread.clear()
    for (const tracked of this.#keys.values()) tracked.isCurrent = false
  }

  hashOf(key: QueryKey): string {
    return this.#hashes.of(key)
  }

  get(hash: string): TrackedKey | undefined {
    return this.#keys.get(hash)
  }

  /** Since when a query has been read without interruption (ms since the epoch). */
  readSince(query: Query): number {
    return readersOf(this.#options.writer.cache).readSince(query)
  }

  /** The queries whose key begins with this one. Cached, because most messages use the same few prefixes. */
  queriesBelow(hash: string, queryKey: QueryKey): readonly Query[] {
    const { cache } = this.#options.writer
    const version = readersOf(cache).keysVersion
    if (this.#belowVersion !== version || this.#below.size >= FIRST_PRUNING) this.#below.clear()
    this.#belowVersion = version
    const known = this.#below.get(hash) ?? cache.findAll({ queryKey })
    this.#below.set(hash, known)
    return known
  }

  /** Keys that a missed message would have written, by hash. */
  stale(): Map<string, QueryKey> {
    const stale = new Map<string, QueryKey>()
    for (const { hash, key, isWritten, readers } of this.#keys.values())
      if (isWritten || readers > 0) stale.set(hash, key)
    return stale
  }

  get prefixes(): readonly QueryKey[] {
    return [...this.#prefixes.values()].map(({ key }) => key)
  }

  /** Hashes of the keys that mounted `useSocketQuery`s read. */
  get read(): readonly string[] {
    return [...this.#keys.values()].filter(({ readers }) => readers > 0).map(({ hash }) => hash)
  }

  /** The entry of a key that is about to be written, by the handler of `type` if there is one. */
  track(key: QueryKey, type?: string, hash = this.#hashes.of(key)): TrackedKey {
    const known = this.#keys.get(hash)
    if (!known?.isWritten && this.#keys.size >= this.#pruneAt) this.prune()
    const tracked = this.#track(hash, key)
    if (type !== undefined) {
      tracked.isHandled = true
      tracked.types = withType(tracked.types, type)
    }
    return tracked
  }

  /** Records that this key is written. */
  setWritten(tracked: TrackedKey): void {
    if (tracked.isWritten) return
    tracked.isWritten = true
    if (!this.#options.writer.cache.get(tracked.hash)) this.#created.add(tracked.hash)
  }

  /** Records that a handler has invalidated the queries below this key. */
  addPrefix(hash: string, key: QueryKey, type: string | undefined): void {
    if (this.#prefixes.size >= this.#pruneAt) this.prune()
    const { types } = this.#prefixes.get(hash) ?? { types: NO_TYPES }
    this.#prefixes.set(hash, { key, types: type === undefined ? types : withType(types, type) })
  }

  /**
   * The connection has delivered the whole data of this key. Without a reader, that proves nothing for the
   * next one, except for `unreadFor` ms: a loader has fetched it for a component that is about to mount.
   */
  setCurrent(hash: string, unreadFor = 0): void {
    const { clock, writer } = this.#options
    const tracked = this.#keys.get(hash)
    if (!tracked || (tracked.isCurrent && !this.#unread.has(hash))) return
    const isRead = () => (writer.cache.get(hash)?.getObserversCount() ?? 0) > 0
    tracked.isCurrent ||= isRead() || unreadFor > 0
    if (unreadFor === 0) return
    const expire = () => {
      this.#unread.delete(hash)
      if (!isRead()) tracked.isCurrent = false
    }
    clock.clearTimeout(this.#unread.get(hash))
    this.#unread.set(hash, clock.setTimeout(expire, unreadFor))
  }

  /** A `useSocketQuery` reads this key until the returned function is called. */
  addReader(key: QueryKey, hasStaleTime: boolean): () => void {
    const tracked = this.#track(this.hashOf(key), key)
    tracked.readers++
    tracked.hasStaleTime = hasStaleTime
    return () => void tracked.readers--
  }

  /** These types have lost their last handler. Returns what it has written and invalidated, and forgets it. */
  releaseTypes(types: readonly string[]): { hashes: ReadonlySet<string>; prefixes: readonly QueryKey[] } {
    const release = (tracked: { types: readonly string[] }) => {
      const kept = tracked.types.filter(type => !types.includes(type))
      const isReleased = kept.length < tracked.types.length
      tracked.types = kept
      return isReleased
    }
    if (types.length === 0) return { hashes: new Set(), prefixes: [] }
    return {
      hashes: new Set([...this.#keys.values()].filter(release).map(({ hash }) => hash)),
      prefixes: [...this.#prefixes.values()].filter(release).map(({ key }) => key),
    }
  }

  /**
   * Reduces the created queries below `limit`: the oldest without an observer is dropped first. Returns how
   * many were dropped.
   */
  evict(limit: number): number {
    if (this.#created.size <= Math.max(limit, this.#evictAt)) return 0
    const { writer } = this.#options
    const { cache } = writer
    const goal = Math.floor(limit * EVICTED_SHARE)
    let dropped = 0
    for (const hash of this.#created) {
      if (this.#created.size <= goal) break
      const query = cache.get(hash)
      if (query && query.getObserversCount() > 0) continue
      writer.cancel(hash)
      this.#forget(hash)
      if (query) cache.remove(query)
      dropped++
    }
    // If observed queries exceed the limit, the next search waits for as many new queries as this one could
    // drop.
    this.#evictAt = this.#created.size > goal ? this.#created.size + limit - goal : 0
    return dropped
  }

  /** Forgets keys that have left the cache. */
  prune(): void {
    const { writer } = this.#options
    const { cache } = writer
    for (const hash of this.#keys.keys()) if (!cache.get(hash) && !writer.isPending(hash)) this.#forget(hash)
    for (const [hash, { key }] of this.#prefixes)
      if (!cache.find({ queryKey: key, exact: false })) this.#prefixes.delete(hash)
    this.#pruneAt = Math.max(FIRST_PRUNING, 2 * Math.max(this.#keys.size, this.#prefixes.size))
  }

  #track(hash: string, key: QueryKey): TrackedKey {
    const known = this.#keys.get(hash)
    if (known) return known
    const tracked = { ...UNUSED, hash, key, readers: 0 }
    this.#keys.set(hash, tracked)
    return tracked
  }

  #remove(hash: string): void {
    const tracked = this.#keys.get(hash)
    if (!tracked) return
    tracked.isCurrent = false
    if (tracked.readers === 0) tracked.hasStaleTime = false
    if (!this.#options.writer.isPending(hash)) this.#forget(hash)
  }

  /** Keeps only who reads it. */
  #forget(hash: string): void {
    const tracked = this.#keys.get(hash)
    if (tracked && tracked.readers > 0) {
      const { hasStaleTime } = tracked
      Object.assign(tracked, UNUSED, { hasStaleTime })
    } else this.#keys.delete(hash)
    this.#created.delete(hash)
    this.#options.onForget(hash)
  }
}

const NO_TYPES: readonly string[] = []

const UNUSED = {
  isWritten: false,
  types: NO_TYPES,
  isHandled: false,
  isCurrent: false,
  hasStaleTime: false,
}

function withType(types: readonly string[], type: string): readonly string[] {
  return types.includes(type) ? types : [...types, type]
}

/** How many hashes are kept at most. */
const MOST = 10_000

/**
 * Hashes query keys and remembers common forms: a type alone, or with params of one simple member. A lookup
 * costs a tenth of hashing, and it runs for every message.
 */
export class KeyHashes {
  /** By type, then by the name of the member, then by its value. */
  readonly #types = new Map<string, Map<string, Map<unknown, string>>>()
  readonly #hash: (key: QueryKey) => string
  #size = 0

  constructor(hash: (key: QueryKey) => string) {
    this.#hash = hash
  }

  clear(): void {
    this.#types.clear()
    this.#size = 0
  }

  of(key: QueryKey): string {
    const [type, params] = key
    const name = key.length === 1 ? '' : key.length === 2 ? soleMember(params) : undefined
    if (typeof type !== 'string' || name === undefined) return this.#hash(key)
    const value = read(params, name)
    return this.#types.get(type)?.get(name)?.get(value) ?? this.#add([type, params], name)
  }

  #add([type, params]: readonly [string, unknown], name: string): string {
    if (this.#size >= MOST) this.clear()
    const names = this.#types.get(type) ?? new Map<string, Map<unknown, string>>()
    const values = names.get(name) ?? new Map<unknown, string>()
    const hash = this.#hash(params === undefined ? [type] : [type, params])
    this.#types.set(type, names.set(name, values.set(read(params, name), hash)))
    this.#size++
    return hash
  }
}

function read(params: unknown, name: string): unknown {
  return (params as Record<string, unknown> | undefined)?.[name]
}

/** The name of an object's only member, if it has exactly one and its value is simple. */
function soleMember(value: unknown): string | undefined {
  if (!isPlainObject(value)) return undefined
  let sole: string | undefined
  for (const name in value) {
    if (sole !== undefined) return undefined
    sole = name
  }
  return sole !== undefined && isSimple(value[sole]) ? sole : undefined
}

function isSimple(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
