import type { TransportRequest } from './transport.ts'

/**
 * How a long poll knows its position: `read` takes it from an answer, `attach` tells it to the server with the next
 * request. Both are pure. A cursor is compared by its JSON; `undefined` is none.
 */
export interface CursorStrategy<C = unknown> {
  /**
   * The cursor after a 200, whose whole body is given as text ('' where it was empty; then `undefined` means
   * "unchanged"). A throw makes the answer an unreadable one: nothing advances, and the poll is retried.
   */
  read(response: CursorResponse, body: string, previous: C | undefined): C | undefined
  attach(request: TransportRequest, cursor: C): TransportRequest
}

/** What of a response a cursor is read from. */
export interface CursorResponse {
  status: number
  headers: Headers
  /** As `Response.type`: `'cors'` where another origin sent it. */
  type?: ResponseType | undefined
}

/** The validators of one answer. They belong together: mixing those of two answers can replay everything. */
export interface Validators {
  etag: string | null
  lastModified: string | null
}

/**
 * The default strategy: `ETag` and `Last-Modified` of the last 200, as one pair. Of another origin only where it exposes
 * `ETag` (`Access-Control-Expose-Headers`).
 */
export function validators(): CursorStrategy<Validators> {
  return {
    read({ headers, type }) {
      const etag = headers.get('etag')
      // Every page may read `Last-Modified`, but sending it back needs a preflight that the server may not allow.
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
