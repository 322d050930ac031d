import type { QueryKey } from '@tanstack/react-query'
import { hashValue, isPlainObject } from '../core/hash.ts'

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
