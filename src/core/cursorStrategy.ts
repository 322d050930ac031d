import type { TransportRequest } from './transport.ts'

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
  attach(request: TransportRequest, cursor: C): TransportRequest
}

/** The parts of a response that a cursor can be read from. */
export interface CursorResponse {
  status: number
  headers: Headers
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
