import { validators } from './cursorStrategy.ts'
import type { CursorStrategy } from './cursorStrategy.ts'
import type { Failure } from './failure.ts'
import { mediaType, oversized, refusal, startHttpAttempt } from './httpAttempt.ts'
import type { HttpAttempt } from './httpAttempt.ts'
import type { AttemptRequest, Transport, TransportEnvironment, TransportSink } from './transport.ts'

/** How a long poll is asked. */
export interface LongPollOptions {
  /** Default `validators()`. */
  cursor?: CursorStrategy
  /** A request that brings nothing for this long is given up (ms); default 60,000. */
  holdTimeout?: number
  /** Default `'same-origin'`. */
  credentials?: RequestCredentials
}

/** Answers that mean "nothing yet". */
const EMPTY_STATUSES = [204, 304, 408]

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
  let cursor: unknown

  async function poll(http: HttpAttempt, request: AttemptRequest, sink: TransportSink) {
    // The timer and not the request ends it, as `fetch` may ignore its signal.
    const hold = () => http.wait([HELD, http.opened], [holdTimeout, () => http.fail({ kind: 'silence' })])
    hold()
    const hadCursor = cursor !== undefined
    const response = await http.ask(hadCursor ? strategy.attach(request, cursor) : request, init)
    const isEmpty = EMPTY_STATUSES.includes(response.status)
    if (!isEmpty && response.status !== 200) return refusal(response, clock.now(), hadCursor)
    const contentType = mediaType(response)
    if (!isEmpty && contentType === 'text/html') return { kind: 'content-type', contentType } as const
    http.opened()
    const decoder = new TextDecoder()
    let body = ''
    let size = 0
    let bytes
    while (!isEmpty && (bytes = await http.read())) {
      hold()
      size += bytes.byteLength
      if (size > maxMessageBytes) return oversized(sink, size)
      body += decoder.decode(bytes, { stream: true })
    }
    body += decoder.decode()
    try {
      const next = isEmpty ? cursor : strategy.read(response, body, cursor)
      if (!/\S/.test(body)) {
        cursor = next ?? cursor
        if (!http.isOver()) sink.alive()
      } else if (sink.message(body, {})) cursor = next
      else return { kind: 'body' } as const
    } catch {
      return { kind: 'body' } as const
    }
    return undefined
  }

  async function run(http: HttpAttempt, request: AttemptRequest, sink: TransportSink): Promise<Failure> {
    for (let idle: number[] = []; ; request = await request.again()) {
      const before = JSON.stringify(cursor)
      const failure = await poll(http, request, sink)
      if (failure) return failure
      const now = clock.now()
      idle = before === JSON.stringify(cursor) ? [now, ...idle.slice(0, FAST_LOOP_ANSWERS - 1)] : []
      if (now - (idle[FAST_LOOP_ANSWERS - 1] ?? 0) <= FAST_LOOP_TIME) return { kind: 'fast-loop' }
      // Answers that are at hand at once must not keep the page from its other tasks.
      await new Promise<void>(resolve => http.wait([0, resolve]))
    }
  }

  return {
    open: (request, sink) =>
      startHttpAttempt({ environment, sink, resumed: cursor !== undefined }, http =>
        run(http, request, sink),
      ),
    cursor: () => cursor,
    dropCursor: () => void (cursor = undefined),
    dispose: () => undefined,
  }
}
