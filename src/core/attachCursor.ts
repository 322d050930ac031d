import { buildFirstMessage } from './firstMessage.ts'
import type { Cursor } from './recovery.ts'
import type { TransportRequest } from './transport.ts'

/** Tells the server, in the request of an attempt, where to go on. Take the ready ones, or write your own. */
export type AttachCursor = (request: TransportRequest, cursor: Cursor) => TransportRequest

/** The query parameters that name the parts of a cursor. */
export interface CursorParameters {
  epoch: string
  seq: string
}

/**
 * In the URL's query: under one name (of a `{ epoch, seq }` cursor, as `epoch:seq`), or its parts under two.
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

/** In a header, as text; a `{ epoch, seq }` cursor as `epoch:seq`. Browsers send no headers with a WebSocket's handshake. */
export function cursorInHeader(name: string): AttachCursor {
  return (request, cursor) => ({ ...request, headers: { ...request.headers, [name]: cursorText(cursor) } })
}

/**
 * As the first message of a socket, sent before all others. It takes the place of a token in a first message. What `build`
 * returns goes as it is if it is a string or binary data, and through `serialize` otherwise.
 *
 * @throws ConfigurationError where `build` throws or returns nothing: the connection is `failed` with it.
 */
export function cursorInFirstMessage(build: (cursor: Cursor) => unknown): AttachCursor {
  return (request, cursor) => ({
    ...request,
    firstMessage: buildFirstMessage('cursorInFirstMessage', () => build(cursor)),
  })
}

function cursorText(cursor: Cursor): string {
  if (typeof cursor === 'string') return cursor
  return cursor.epoch === undefined ? String(cursor.seq) : `${cursor.epoch}:${cursor.seq}`
}
