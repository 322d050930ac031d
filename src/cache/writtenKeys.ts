import type { QueryCache, QueryKey } from '@tanstack/react-query'
import { hashValue, isPlainObject } from '../core/hash.ts'

/** Above this number of keys, look for keys that have left the cache. */
const FIRST_PRUNING = 1_024

/** The share of the limit to which created queries are reduced, so that not every message has to do it. */
const EVICTED_SHARE = 0.9

/** What `WrittenKeys` needs from the cache and its writer. */
interface WrittenKeysOptions {
  cache(): QueryCache
  /** Whether an update of this key is waiting to be written. */
  isPending(hash: string): boolean
  /** Drops the update that waits for this key. */
  cancel(hash: string): void
  /** A key is no longer tracked. */
  forgotten(hash: string): void
}

interface Touched {
  keys: Map<string, QueryKey>
  prefixes: Map<string, QueryKey>
}

/** The keys that one connection has written or invalidated, and the queries that its messages have created. */
export class WrittenKeys {
  readonly #options: WrittenKeysOptions
  readonly #keys = new Map<string, QueryKey>()
  /** Prefixes that handlers invalidated: a missed message would have invalidated them again. */
  readonly #prefixes = new Map<string, QueryKey>()
  /** Keys and prefixes by the type of the message whose handler touched them. */
  readonly #byType = new Map<string, Touched>()
  /** Hashes of the keys that handlers have written. */
  readonly #handled = new Set<string>()
  /** Hashes of the queries that messages have created, oldest first. */
  readonly #created = new Set<string>()
  #pruneAt = FIRST_PRUNING
  #evictAt = 0

  constructor(options: WrittenKeysOptions) {
    this.#options = options
  }

  get keys(): ReadonlyMap<string, QueryKey> {
    return this.#keys
  }

  get prefixes(): readonly QueryKey[] {
    return [...this.#prefixes.values()]
  }

  /** Records a key that is about to be written. Returns `true` the first time. */
  add(hash: string, key: QueryKey): boolean {
    if (this.#keys.has(hash)) return false
    if (this.#keys.size >= this.#pruneAt) this.prune()
    this.#keys.set(hash, key)
    if (!this.#options.cache().get(hash)) this.#created.add(hash)
    return true
  }

  addPrefix(hash: string, key: QueryKey): void {
    if (this.#prefixes.size >= this.#pruneAt) this.prune()
    this.#prefixes.set(hash, key)
  }

  /** Records that the handler of a message type has written this key. */
  addKeyOf(type: string, hash: string, key: QueryKey): void {
    this.#touchedBy(type).keys.set(hash, key)
    this.#handled.add(hash)
  }

  /** Whether a handler has written this key. */
  isHandled(hash: string): boolean {
    return this.#handled.has(hash)
  }

  /** Records that the handler of a message type has invalidated the queries below this key. */
  addPrefixOf(type: string, hash: string, key: QueryKey): void {
    this.#touchedBy(type).prefixes.set(hash, key)
  }

  /** Takes what the handler of a type has touched; this call forgets it. */
  takeType(type: string): { keys: ReadonlyMap<string, QueryKey>; prefixes: readonly QueryKey[] } {
    const touched = this.#byType.get(type)
    this.#byType.delete(type)
    return { keys: touched?.keys ?? new Map(), prefixes: [...(touched?.prefixes.values() ?? [])] }
  }

  /** A query was removed from the cache. */
  removed(hash: string): void {
    if (this.#options.isPending(hash)) return
    this.#forget(hash)
  }

  /**
   * Reduces the created queries below `limit`: the oldest without an observer is dropped first. Returns how
   * many were dropped.
   */
  evict(limit: number): number {
    if (this.#created.size <= Math.max(limit, this.#evictAt)) return 0
    const { isPending, cancel, cache } = this.#options
    const goal = Math.floor(limit * EVICTED_SHARE)
    let dropped = 0
    for (const hash of this.#created) {
      if (this.#created.size <= goal) break
      const query = cache().get(hash)
      if (query && query.getObserversCount() > 0) continue
      if (isPending(hash)) cancel(hash)
      this.#forget(hash)
      if (query) cache().remove(query)
      dropped++
    }
    // If observed queries exceed the limit, the next search waits for as many new queries as this one could
    // drop.
    this.#evictAt = this.#created.size > goal ? this.#created.size + limit - goal : 0
    return dropped
  }

  /** Forgets keys that have left the cache. */
  prune(): void {
    const { isPending } = this.#options
    const cache = this.#options.cache()
    for (const hash of this.#keys.keys()) {
      if (cache.get(hash) || isPending(hash)) continue
      this.#forget(hash)
    }
    for (const [hash, queryKey] of this.#prefixes)
      if (!cache.find({ queryKey, exact: false })) this.#prefixes.delete(hash)
    for (const [type, { keys, prefixes }] of this.#byType) {
      for (const hash of keys.keys()) if (!this.#keys.has(hash)) keys.delete(hash)
      for (const hash of prefixes.keys()) if (!this.#prefixes.has(hash)) prefixes.delete(hash)
      if (keys.size === 0 && prefixes.size === 0) this.#byType.delete(type)
    }
    this.#pruneAt = Math.max(FIRST_PRUNING, 2 * Math.max(this.#keys.size, this.#prefixes.size))
  }

  #forget(hash: string): void {
    this.#keys.delete(hash)
    this.#created.delete(hash)
    this.#handled.delete(hash)
    this.#options.forgotten(hash)
  }

  #touchedBy(type: string): Touched {
    let touched = this.#byType.get(type)
    if (!touched) this.#byType.set(type, (touched = { keys: new Map(), prefixes: new Map() }))
    return touched
  }
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
  #size = 0

  of(key: QueryKey): string {
    const [type, params] = key
    const name = key.length === 1 ? '' : key.length === 2 ? soleMember(params) : undefined
    if (typeof type !== 'string' || name === undefined) return hashValue(key)
    const value = read(params, name)
    return this.#types.get(type)?.get(name)?.get(value) ?? this.#add([type, params], name)
  }

  #add([type, params]: readonly [string, unknown], name: string): string {
    if (this.#size >= MOST) {
      this.#types.clear()
      this.#size = 0
    }
    const names = this.#types.get(type) ?? new Map<string, Map<unknown, string>>()
    const values = names.get(name) ?? new Map<unknown, string>()
    const hash = hashValue(params === undefined ? [type] : [type, params])
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
