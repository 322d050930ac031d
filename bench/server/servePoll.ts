import type { IncomingMessage, ServerResponse } from 'node:http'
import { textOf } from '../messages.ts'

const body = JSON.stringify(Array.from({ length: 200 }, (_, n) => ({ n, text: textOf(n) })))
const etag = '"unchanged"'

/** Responds to polls with a body that never changes; with 304 to clients that have it, if `validated` is requested. */
export function servePoll(isValidated: boolean, request: IncomingMessage, response: ServerResponse): void {
  const isKnown = isValidated && request.headers['if-none-match'] === etag
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-cache',
    ...(isValidated && { etag }),
  }
  response.writeHead(isKnown ? 304 : 200, headers).end(isKnown ? undefined : body)
}
