import { ConfigurationError } from './errors.ts'

/** Headers in any form that `fetch` takes: a record, pairs, or a `Headers` object. */
export type HeadersOption =
  Headers | Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[]

type Pair = readonly [name: string, value: string]

/** Merges headers into one record. Names are compared without case, and the last one wins. */
export function mergeHeaders(...all: (HeadersOption | undefined)[]): Record<string, string> {
  const merged = new Map<string, Pair>()
  for (const headers of all) {
    const own = new Map<string, Pair>()
    for (const [name, value] of pairsOf(headers)) {
      const key = name.toLowerCase()
      const before = Array.isArray(headers) ? own.get(key) : undefined
      // As `fetch` does for pairs with the same name.
      own.set(key, [name, before ? `${before[1]}, ${value}` : value])
    }
    for (const [key, pair] of own) merged.set(key, pair)
  }
  return Object.fromEntries(merged.values())
}

/** The value by which headers tell connections apart: their form, case and order do not matter. */
export function headersIdentity(headers: HeadersOption | undefined): readonly Pair[] | undefined {
  if (headers === undefined) return undefined
  const pairs = Object.entries(mergeHeaders(headers)).map(([name, value]): Pair => [
    name.toLowerCase(),
    value,
  ])
  return pairs.length > 0 ? pairs.sort(([a], [b]) => (a < b ? -1 : 1)) : undefined
}

/** The name of the first header that this runtime refuses to send; `undefined` where it takes all. */
export function findRefusedHeader(headers: Readonly<Record<string, string>>): string | undefined {
  const Class = (globalThis as { Headers?: typeof Headers }).Headers
  if (!Class) return undefined
  return Object.entries(headers).find(([name, value]) => {
    try {
      return !new Class([[name, value]])
    } catch {
      return true
    }
  })?.[0]
}

function pairsOf(headers: unknown): Pair[] {
  if (headers === undefined) return []
  if (typeof headers !== 'object' || headers === null) return refuse()
  const pairs: unknown[] = []
  // By shape, because a `Headers` object may come from another realm or a polyfill.
  if (isHeaders(headers)) headers.forEach((value, name) => pairs.push([name, value]))
  else pairs.push(...(Array.isArray(headers) ? (headers as unknown[]) : Object.entries(headers)))
  return pairs.flatMap(pair => {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string') return refuse()
    const value: unknown = pair[1]
    if (value === undefined) return []
    return typeof value === 'string' || typeof value === 'number' ? [[pair[0], String(value)]] : refuse()
  })
}

function isHeaders(headers: object): headers is Headers {
  return !Array.isArray(headers) && typeof (headers as { forEach?: unknown }).forEach === 'function'
}

function refuse(): never {
  throw new ConfigurationError('"headers" must be a record, pairs or a Headers object, with text as values.')
}
