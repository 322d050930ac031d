import type { ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { createEventStreamTransport, type EventStreamOptions } from '../../src/core/eventStreamTransport.ts'
import type { AttemptRequest, FetchLike } from '../../src/core/transport.ts'
import { FakeClock } from './fakeClock.ts'
import { startServer, writeParts } from './httpServer.ts'
import type { Answer } from './httpServer.ts'
import { createInWay } from './httpWays.ts'
import { preparedBy, RecordingSink, requestOf } from './recordingSink.ts'

export interface EventStreamSetup extends EventStreamOptions {
  maxMessageBytes?: number
  fetch?: FetchLike
}

export const clock = new FakeClock()

export function createTransport({
  maxMessageBytes = 1 << 20,
  fetch = globalThis.fetch,
  ...options
}: EventStreamSetup = {}) {
  const environment = { clock, fetch: () => fetch, maxMessageBytes }
  const framing = options.framing ?? 'events'
  return createInWay(environment, framing, given => createEventStreamTransport(given, options))
}

/** A transport with an attempt in progress on its own server. */
export async function connect(
  answer: Answer,
  setup: EventStreamSetup & { request?: Partial<AttemptRequest> } = {},
) {
  const server = await startServer(answer)
  const { request, ...options } = setup
  const transport = createTransport(options)
  const sink = new RecordingSink()
  const open = () => {
    const attempt = transport.open(preparedBy(transport, requestOf(server.url, request)), sink)
    onTestFinished(() => attempt.close())
    return attempt
  }
  return { ...server, transport, sink, open, attempt: open() }
}

export const head = (response: ServerResponse, contentType = 'text/event-stream') =>
  response.writeHead(200, { 'content-type': contentType })

/** Streams parts and ends. */
export const stream =
  (...parts: (string | Uint8Array)[]): Answer =>
  async response => {
    head(response)
    await writeParts(response, parts)
    response.end()
  }

/** Streams parts and stays. */
export const openStream =
  (...parts: (string | Uint8Array)[]): Answer =>
  response =>
    writeParts(head(response), parts)

export const withStatus =
  (status: number, headers: Record<string, string> = {}): Answer =>
  response =>
    response.writeHead(status, headers).end('x')
