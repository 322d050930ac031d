import type { ResponseMeta } from './envelope.ts'
import { buildFirstMessage } from './validation.ts'
import { type Cursor, idOf } from './envelope.ts'
import type { TransportRequest } from './transport.ts'

/** Adds the position to resume from to a request. Use a built-in helper, or write your own. */
export type AttachCursor = (request: TransportRequest, cursor: Cursor) => TransportRequest

/** Names of the query parameters for the parts of a cursor. */
export interface CursorParameters {
  epoch: string
  seq: string
}

/**
 * Sends the cursor in the query string. With one name, a `{ epoch, seq }` cursor is sent as its `id` or, without one, as
 * `epoch:seq`; with two names, each part gets its own parameter.
 *
 * @param names default `{ epoch: 'epoch', seq: 'seq' }`.
 */
export function cursorInQuery(
  names: string | CursorParameters = { epoch: 'epoch', seq: 'seq' },
): AttachCursor {
  return (request, cursor) => {
    const url = new URL(request.url)
    if (typeof names === 'string' || typeof cursor === 'string') {
      url.searchParams.set(typeof names === 'string' ? names : names.seq, cursorText(cursor))
    } else {
      if (cursor.epoch !== undefined) url.searchParams.set(names.epoch, String(cursor.epoch))
      url.searchParams.set(names.seq, String(cursor.seq))
    }
    return { ...request, url: url.href }
  }
}

/**
 * Sends the cursor in a header; a `{ epoch, seq }` cursor as its `id` or, without one, as `epoch:seq`. Browsers cannot send headers with a
 * WebSocket handshake.
 */
export function cursorInHeader(name: string): AttachCursor {
  return (request, cursor) => ({ ...request, headers: { ...request.headers, [name]: cursorText(cursor) } })
}

/**
 * Sends the cursor as a socket's first message. With a token, the message of `tokenInFirstMessage` replaces it. Strings
 * and binary data from `build` are sent as they are; anything else goes through `serialize`.
 *
 * @throws ConfigurationError if `build` throws or returns nothing. The connection is then `failed` with it.
 */
export function cursorInFirstMessage(build: (cursor: Cursor) => unknown): AttachCursor {
  return (request, cursor) => ({
    ...request,
    firstMessage: buildFirstMessage('cursorInFirstMessage', () => build(cursor)),
  })
}

function cursorText(cursor: Cursor): string {
  const id = idOf(cursor)
  if (typeof cursor === 'string' || id !== undefined) return id ?? ''
  return cursor.epoch === undefined ? String(cursor.seq) : `${cursor.epoch}:${cursor.seq}`
}

/**
 * How a long poll keeps its position: `read` takes it from a response, `attach` adds it to the next request.
 * Both must be pure. Cursors are compared by their JSON; `undefined` means none.
 */
export interface CursorStrategy<C = unknown> {
  /**
   * The cursor after a 200. `body` is the whole body as text, '' if it was empty; for an empty body,
   * `undefined` means "unchanged". If it throws, the response counts as unreadable: the cursor does not
   * advance, and the poll is retried.
   */
  read(response: CursorResponse, body: string, previous: C | undefined): C | undefined
  /**
   * The cursor after a 204, for servers that advance it without new data. `undefined` means "unchanged". Default: a 204
   * never changes the cursor.
   */
  readEmpty?(response: CursorResponse, previous: C | undefined): C | undefined
  attach(request: TransportRequest, cursor: C): TransportRequest
}

/** The parts of a response that a cursor can be read from. */
export interface CursorResponse extends ResponseMeta {
  /** As in `Response.type`: `'cors'` for a response from another origin. */
  type?: ResponseType | undefined
}

/** The validators of one response. They belong together: mixing those of two responses can replay everything. */
export interface Validators {
  etag: string | null
  lastModified: string | null
}

/**
 * The default strategy: the `ETag` and `Last-Modified` of the last 200, as a pair. For another origin, they
 * are used only if it exposes `ETag` (`Access-Control-Expose-Headers`).
 */
export function validators(): CursorStrategy<Validators> {
  return {
    read({ headers, type }) {
      const etag = headers.get('etag')
      // Every page may read `Last-Modified`, but sending it back needs a preflight that the server may not
      // allow.
      if (type === 'cors' && !etag) return undefined
      const lastModified = headers.get('last-modified')
      return etag || lastModified ? { etag, lastModified } : undefined
    },
    attach: (request, { etag, lastModified }) => ({
      ...request,
      headers: {
        ...request.headers,
        ...(etag && { 'If-None-Match': etag }),
        ...(lastModified && { 'If-Modified-Since': lastModified }),
      },
    }),
  }
}
