import { onTestFinished } from 'vitest'
import { type Clock, systemClock } from '../../src/core/platform.ts'
import { createLongPollTransport } from '../../src/core/longPollTransport.ts'
import type { LongPollOptions } from '../../src/core/longPollTransport.ts'
import type { AttemptRequest, FetchLike } from '../../src/core/transport.ts'
import { startServer } from './httpServer.ts'
import type { Answer } from './httpServer.ts'
import { createInWay } from './httpWays.ts'
import { preparedBy, RecordingSink, requestOf } from './recordingSink.ts'

export interface LongPollSetup extends LongPollOptions {
  maxMessageBytes?: number
  fetch?: FetchLike
  clock?: Clock
  request?: Partial<AttemptRequest>
}

export function openPoll(url: string, setup: LongPollSetup = {}) {
  const {
    maxMessageBytes = 1 << 20,
    fetch = globalThis.fetch,
    clock = systemClock,
    request,
    ...options
  } = setup
  const environment = { clock, fetch: () => fetch, maxMessageBytes }
  const transport = createInWay(environment, 'none', given => createLongPollTransport(given, options))
  const sink = new RecordingSink()
  const open = () => {
    const attempt = transport.open(preparedBy(transport, requestOf(url, request)), sink)
    onTestFinished(() => attempt.close())
    return attempt
  }
  return { transport, sink, open, attempt: open() }
}

/** Plays responses in order, then holds. */
export async function poll(answers: Answer[], setup: LongPollSetup = {}) {
  const server = await startServer((response, request, index) => answers[index]?.(response, request, index))
  return { ...server, ...openPoll(server.url, setup) }
}

export const JSON_TYPE = { 'content-type': 'application/json' }

export const json =
  (body: string, headers: Record<string, string> = {}): Answer =>
  response =>
    response.writeHead(200, { ...JSON_TYPE, ...headers }).end(body)

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  response =>
    response.writeHead(code, headers).end()

export const first = json('1', { etag: '"1"', 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' })

/** The validators that each request carried. */
export const sentValidators = (requests: { headers: Record<string, unknown> }[]) =>
  requests.map(({ headers }) => [headers['if-none-match'], headers['if-modified-since']])

export const PAIR = ['"1"', 'Mon, 01 Jan 2024 00:00:00 GMT']
export const NONE = [undefined, undefined]
export const CURSOR = { etag: PAIR[0], lastModified: PAIR[1] }

/** Lets the responses of a fake `fetch` be processed. */
export const settle = () => new Promise(resolve => setImmediate(resolve))
