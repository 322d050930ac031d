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

/** The headers of a request with a body: an object goes as JSON, unless they say otherwise. */
export function withContentType(
  headers: HeadersOption | undefined,
  body: unknown,
): HeadersOption | undefined {
  return typeof body === 'object' ? mergeHeaders({ 'Content-Type': 'application/json' }, headers) : headers
}

/** A body as `fetch` takes it. */
export function toBody(body: string | object | undefined): string | undefined {
  return typeof body === 'object' ? JSON.stringify(body) : body
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

/** RFC 9110, section 5.6.2: what a name is made of, and section 5.5: a value, one character a byte. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * The name of the first header that cannot be sent; `undefined` where all can. By the standard and not by `new Headers`:
 * that of Node takes control characters, and its `fetch` then fails as if the network were down.
 */
export function findRefusedHeader(headers: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(headers).find(([name, value]) => !NAME.test(name) || !VALUE.test(value))?.[0]
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
