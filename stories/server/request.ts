import type { IncomingMessage } from 'node:http'
import type { Channel } from './channel.ts'
import type { Channels } from './channels.ts'

/** A parsed request, HTTP or upgrade. */
export interface DemoRequest {
  req: IncomingMessage
  query: URLSearchParams
  channel: Channel
  /** Name of the client; `''` if it has none. */
  client: string
}

/** Reserved query parameters. All others are members of `params`. */
const RESERVED = new Set(
  'channel client type token ttl auth hold comment epoch seq snapshot binary position'.split(' '),
)

export function urlOf(req: IncomingMessage): URL {
  try {
    return new URL(req.url ?? '/', 'http://demo.invalid')
  } catch {
    return new URL('http://demo.invalid/')
  }
}

export function demoRequest(req: IncomingMessage, channels: Channels): DemoRequest {
  const query = urlOf(req).searchParams
  const channel = channels.get(query.get('channel') || 'main')
  return { req, query, channel, client: query.get('client') ?? '' }
}

/** The `params` in the query; `null` if there are none. */
export function paramsOf(query: URLSearchParams): Record<string, string> | null {
  const members = [...query].filter(([name]) => !RESERVED.has(name))
  return members.length > 0 ? Object.fromEntries(members) : null
}

export function isTokenRequired({ query }: DemoRequest): boolean {
  return query.get('auth') === 'required'
}

/** The token of the request: header, query or subprotocol, in this order. */
export function tokenOf({ req, query }: DemoRequest): string | undefined {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '') ?? []
  const offered = (req.headers['sec-websocket-protocol'] ?? '').split(',').map(name => name.trim())
  const protocol = offered.find(isTokenProtocol)
  return bearer ?? query.get('token') ?? protocol?.slice(TOKEN_PREFIX.length)
}

const TOKEN_PREFIX = 'token.'

export function isTokenProtocol(protocol: string): boolean {
  return protocol.startsWith(TOKEN_PREFIX)
}
