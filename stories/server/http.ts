import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { BadRequest } from './badRequest.ts'

export type Headers = Record<string, string>

export interface Answer {
  status: number
  headers?: Headers
  /** Sent as JSON, or unchanged if it is a string. No body if missing. */
  body?: unknown
}

const MAX_BODY = 1024 * 1024

/** Every origin may read everything, including validators, because tests and stories use other ports. */
export function corsHeaders(req: IncomingMessage): Headers {
  const headers: Headers = {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag, Last-Modified, Retry-After',
  }
  if (req.method !== 'OPTIONS') return headers
  return {
    ...headers,
    'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
    'Access-Control-Allow-Headers': req.headers['access-control-request-headers'] ?? '*',
    'Access-Control-Max-Age': '600',
  }
}

export function sendAnswer(res: ServerResponse, { status, headers, body }: Answer): void {
  if (res.headersSent || res.destroyed) return
  res.statusCode = status
  res.setHeader('Cache-Control', 'no-store')
  if (body === undefined) {
    for (const [name, value] of Object.entries(headers ?? {})) res.setHeader(name, value)
    res.end()
    return
  }
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  res.setHeader('Content-Type', 'application/json')
  res.setHeader('Content-Length', bytes.length)
  for (const [name, value] of Object.entries(headers ?? {})) res.setHeader(name, value)
  res.end(bytes)
}

/** The request's body as JSON; `{}` if it is empty. */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) throw new BadRequest(`The body must be at most ${MAX_BODY} bytes.`)
    chunks.push(chunk)
  }
  if (size === 0) return {}
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new BadRequest('The body must be JSON, sent as UTF-8.')
  }
}

/** A strong validator, equal for equal bodies. */
export function etagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}

/** Whether `If-None-Match` names `etag`. A proxy that compresses may have weakened it. */
export function matches(header: string | undefined, etag: string): boolean {
  const tags = (header ?? '').split(',').map(tag => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}

/** Breaks the TCP connection, with a reset if the platform supports it. */
export function resetConnection(socket: Duplex): void {
  if (socket instanceof Socket) socket.resetAndDestroy()
  else socket.destroy()
}

/** Responds to an upgrade request with a plain HTTP status. */
export function refuseUpgrade(socket: Duplex, { status, headers, body }: Answer): void {
  const bytes = JSON.stringify(body)
  const lines = [
    `HTTP/1.1 ${status} Refused`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(bytes)}`,
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${bytes}`)
}
