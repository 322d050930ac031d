import { validators } from './cursorStrategy.ts'
import type { CursorStrategy } from './cursorStrategy.ts'
import { createHttpTransport } from './httpTransport.ts'
import type { HttpAttempt, HttpTechnique } from './httpTransport.ts'
import type { Transport, TransportEnvironment, TransportRequest, TransportSink } from './transport.ts'

/** How a long poll is asked. */
export interface LongPollOptions {
  /** Default `validators()`. */
  cursor?: CursorStrategy
  /** A request that brings nothing for this long is given up (ms); default 60,000. */
  holdTimeout?: number
  /** Default `'same-origin'`. */
  credentials?: RequestCredentials
}

/** A request that is held for this long counts as open (ms). */
const HELD = 1_000

/** This many answers at one cursor within this time (ms) are a loop that brings nothing. */
const FAST_LOOP_ANSWERS = 5
const FAST_LOOP_TIME = 500

/** Long polling over `fetch`; one attempt asks again and again until it fails or is closed. */
export function createLongPollTransport(
  environment: TransportEnvironment,
  { cursor: strategy = validators(), holdTimeout = 60_000, ...init }: LongPollOptions = {},
): Transport {
  const { clock, maxMessageBytes } = environment

  async function poll(http: HttpAttempt, request: TransportRequest, sink: TransportSink) {
    // The timer and not the request ends it, as `fetch` may ignore its signal.
    const hold = () => http.wait([HELD, http.opened], [holdTimeout, () => http.fail({ kind: 'silence' })])
    hold()
    const { cursor } = technique
    const response = await http.ask(cursor === undefined ? request : strategy.attach(request, cursor))
    http.opened()
    const decoder = new TextDecoder()
    let body = ''
    let size = 0
    let bytes
    while (response.status === 200 && (bytes = await http.read())) {
      hold()
      size += bytes.byteLength
      if (size > maxMessageBytes) http.oversized(size)
      body += decoder.decode(bytes, { stream: true })
    }
    body += decoder.decode()
    const isEmpty = !/\S/.test(body)
    if (!isEmpty && !sink.message(body, {})) return http.fail({ kind: 'body' })
    const next = response.status === 200 ? strategy.read(response, body, cursor) : undefined
    if (next !== undefined || !isEmpty) technique.cursor = next
    http.check()
    if (isEmpty) sink.alive()
  }

  const technique: HttpTechnique = {
    cursor: undefined,
    init,
    statuses: [200, 204, 304, 408],
    contentType: /^(?!text\/html)/i,
    async run(http, request, sink) {
      for (let idle: number[] = []; ; request = await request.again()) {
        const before = JSON.stringify(technique.cursor)
        await poll(http, request, sink)
        const now = clock.now()
        const isIdle = before === JSON.stringify(technique.cursor)
        idle = isIdle ? [now, ...idle.slice(0, FAST_LOOP_ANSWERS - 1)] : []
        if (now - (idle[FAST_LOOP_ANSWERS - 1] ?? -Infinity) <= FAST_LOOP_TIME)
          return http.fail({ kind: 'fast-loop' })
        // Answers that are at hand at once must not keep the page from its other tasks.
        await new Promise<void>(resolve => http.wait([0, resolve]))
      }
    },
  }
  return createHttpTransport(environment, technique)
}
