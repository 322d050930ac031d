import type { IncomingMessage, ServerResponse } from 'node:http'
import { textOf } from '../messages.ts'

const body = JSON.stringify(Array.from({ length: 200 }, (_, n) => ({ n, text: textOf(n) })))
const etag = '"unchanged"'

/** Answers polls with a body that never changes; with 304 to those who have it, if it is asked for `validated`. */
export function servePoll(isValidated: boolean, request: IncomingMessage, response: ServerResponse): void {
  const isKnown = isValidated && request.headers['if-none-match'] === etag
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-cache',
    ...(isValidated && { etag }),
  }
  response.writeHead(isKnown ? 304 : 200, headers).end(isKnown ? undefined : body)
}
