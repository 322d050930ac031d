import { cursorInQuery } from '../core/cursors.ts'
import { type Cursor, idOf } from '../core/envelope.ts'
import type { TransportRequest } from '../core/transport.ts'

/** Sends the engine's own id in the query, so another origin needs no preflight. Numbers only reveal gaps; they are not sent. */
export function attachId(name: string): (request: TransportRequest, cursor: Cursor) => TransportRequest {
  const attach = cursorInQuery(name)
  return (request, cursor) => (idOf(cursor) === undefined ? request : attach(request, cursor))
}
