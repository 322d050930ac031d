import { buildFirstMessage } from './firstMessage.ts'
import type { Cursor } from './streamPosition.ts'
import type { TransportRequest } from './transport.ts'

/** Adds the position to resume from to a request. Use a built-in helper, or write your own. */
export type AttachCursor = (request: TransportRequest, cursor: Cursor) => TransportRequest

/** Names of the query parameters for the parts of a cursor. */
export interface CursorParameters {
  epoch: string
  seq: string
}

/**
 * Sends the cursor in the query string. With one name, a `{ epoch, seq }` cursor is sent as `epoch:seq`; with
 * two names, each part gets its own parameter.
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
 * Sends the cursor in a header; a `{ epoch, seq }` cursor as `epoch:seq`. Browsers cannot send headers with a
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
  if (typeof cursor === 'string') return cursor
  return cursor.epoch === undefined ? String(cursor.seq) : `${cursor.epoch}:${cursor.seq}`
}
