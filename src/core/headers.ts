import { withAdvice } from './advice.ts'
import { ConfigurationError } from './errors.ts'

/** Headers in any form that `fetch` accepts: a record, pairs, or a `Headers` object. */
export type HeadersOption =
  Headers | Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[]

type Pair = readonly [name: string, value: string]

/** Merges headers into one record. Names are case-insensitive, and the last one wins. */
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

/** The headers of a request with a body. An object is sent as JSON, unless the headers say otherwise. */
export function withContentType(
  headers: HeadersOption | undefined,
  body: unknown,
): HeadersOption | undefined {
  return typeof body === 'object' ? mergeHeaders({ 'Content-Type': 'application/json' }, headers) : headers
}

/** A body in the form that `fetch` accepts. */
export function toBody(body: string | object | undefined): string | undefined {
  return typeof body === 'object' ? JSON.stringify(body) : body
}

/** Identifies headers when connections are compared: form, case and order do not matter. */
export function headersIdentity(headers: HeadersOption | undefined): readonly Pair[] | undefined {
  if (headers === undefined) return undefined
  const pairs = Object.entries(mergeHeaders(headers)).map(([name, value]): Pair => [
    name.toLowerCase(),
    value,
  ])
  return pairs.length > 0 ? pairs.sort(([a], [b]) => (a < b ? -1 : 1)) : undefined
}

/** RFC 9110, section 5.6.2: the characters of a name; section 5.5: of a value, one byte per character. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * Merges headers into one record, and throws if one cannot be sent: `fetch` would refuse it at each attempt,
 * and its error may quote the value. `where` says where it comes from.
 */
export function sendableHeaders(headers: HeadersOption | undefined, where: string): Record<string, string> {
  const merged = mergeHeaders(headers)
  const name = findRefusedHeader(merged)
  if (name === undefined) return merged
  throw new ConfigurationError(`The header "${name}" ${where} has a name or a value that cannot be sent.`)
}

/**
 * The name of the first header that cannot be sent; `undefined` if all can. It follows the standard instead
 * of `new Headers`: Node's accepts control characters, and its `fetch` then fails as if the network were
 * down.
 */
export function findRefusedHeader(headers: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(headers).find(([name, value]) => !NAME.test(name) || !VALUE.test(value))?.[0]
}

function pairsOf(headers: unknown): Pair[] {
  if (headers === undefined) return []
  if (typeof headers !== 'object' || headers === null) return refuse()
  let pairs: unknown[] = []
  if (Array.isArray(headers)) pairs = headers
  // Checked by shape, because a `Headers` object may come from another realm or a polyfill.
  else if (typeof (headers as Partial<Headers>).forEach === 'function')
    (headers as Headers).forEach((value, name) => pairs.push([name, value]))
  else pairs = Object.entries(headers)
  return pairs.flatMap(pair => {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string') return refuse()
    const value: unknown = pair[1]
    if (value === undefined) return []
    return typeof value === 'string' || typeof value === 'number' ? [[pair[0], String(value)]] : refuse()
  })
}

function refuse(): never {
  throw new ConfigurationError(withAdvice('"headers" cannot be read.', 'headers'))
}
