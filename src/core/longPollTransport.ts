import type { Clock } from './platform.ts'
import { ConditionalFetch } from './conditionalFetch.ts'
import { type CursorStrategy, validators } from './cursors.ts'
import {
  ANYTHING_BUT_HTML,
  createHttpTransport,
  failOversized,
  type HttpAttempt,
  type HttpVariant,
  readText,
  type Timer,
} from './httpTransport.ts'
import { attach } from './request.ts'
import { refusePromise } from './validation.ts'
import type { Transport, TransportEnvironment, TransportRequest, TransportSink } from './transport.ts'

/** How a long poll is requested. */
export interface LongPollOptions {
  /** Default `'GET'`. */
  method?: string
  /** Sent again with each request, so it cannot be a stream. */
  body?: Exclude<BodyInit, ReadableStream>
  /** Where to start. Default: the server decides. */
  initialCursor?: unknown
  /** Default `validators()`. */
  cursor?: CursorStrategy
  /** How long a request may go without any data before it is given up (ms). Default 60,000. */
  holdTimeout?: number
  /** Default `'same-origin'`. */
  credentials?: RequestCredentials
}

/** How long a request may go without any data (ms). */
export const HOLD_TIMEOUT = 60_000

/** A request that has been held this long counts as open (ms). */
const HELD = 1_000

/** This many responses without new data within this time (ms), or within `holdTimeout`, are a loop without progress. */
const FAST_LOOP_ANSWERS = 5
const FAST_LOOP_TIME = 4_000

/** Long polling over `fetch`. One attempt sends requests until it fails or is closed. */
export function createLongPollTransport(
  environment: TransportEnvironment,
  options: LongPollOptions = {},
): Transport {
  const { cursor: strategy = validators(), initialCursor, holdTimeout = HOLD_TIMEOUT, ...init } = options
  // A timer ends a hanging request, because `fetch` may ignore its signal.
  const silence = (http: HttpAttempt): Timer => [holdTimeout, () => http.fail({ kind: 'silence' })]

  /** Returns the body, '' if there is none. */
  async function poll(http: HttpAttempt, request: TransportRequest, sink: TransportSink) {
    const hold = () => http.wait([HELD, () => cursor.reached(http, sink)], silence(http))
    hold()
    const response = await http.request(request, conditional)
    // The response belongs to a request sent without its cursor.
    if (conditional.isBare) cursor.moveTo(undefined)
    cursor.reached(http, sink)
    const isContent = response.status === 200
    const onPart = (size: number) => {
      hold()
      sink.onActivity()
      if (size > environment.maxMessageBytes) failOversized(http, sink)
    }
    const body = isContent ? await readText(http.read, onPart) : ''
    const isEmpty = !/\S/.test(body)
    const { status, headers } = response
    if (!isEmpty && !sink.onMessage(body, { status, headers })) {
      http.fail({ kind: 'body' })
      http.check()
    }
    // A cursor that cannot be sent is ignored.
    const next = conditional.isRefused ? undefined : readCursor(strategy, variant.cursor, { response, body })
    if (next !== undefined || !isEmpty) cursor.moveTo(next)
    http.check()
    return isEmpty ? '' : body
  }

  const conditional = new ConditionalFetch({ isCareful: true })
  // Over all attempts, so that a retry is one request as long as nothing has changed.
  const isLoop = createLoopDetector(environment.clock, Math.min(FAST_LOOP_TIME, holdTimeout))
  const variant: HttpVariant = {
    cursor: initialCursor,
    attachCursor: request => attachCursor(strategy, variant.cursor, request),
    init,
    statuses: [200, 204, 304, 408],
    // Whatever its method, a long poll is sent again and again.
    isRepeatable: true,
    contentType: ANYTHING_BUT_HTML,
    async run(http, request, sink) {
      for (; ; request = await request.rebuild()) {
        const body = await poll(http, request, sink)
        if (isLoop(body, JSON.stringify(variant.cursor))) return http.fail({ kind: 'fast-loop' })
        // Responses that are available immediately must not block the page's other tasks.
        await new Promise<void>(resolve => http.wait([0, resolve], silence(http)))
      }
    },
  }
  const cursor = createCursor(variant)
  return createHttpTransport(environment, variant)
}

/** Reports that the cursor was dropped, because updates after it may be missed. */
function createCursor(variant: HttpVariant) {
  let isDropped = false
  return {
    /** `undefined`: the server does not say where to continue. */
    moveTo(next: unknown) {
      isDropped ||= next === undefined && variant.cursor !== undefined
      variant.cursor = next
    },
    /** A request has reached the server. What is refetched earlier misses the messages in between. */
    reached(http: HttpAttempt, sink: TransportSink) {
      if (isDropped) sink.onCursorLost()
      isDropped = false
      http.opened()
    },
  }
}

function attachCursor(
  strategy: CursorStrategy,
  cursor: unknown,
  request: TransportRequest,
): TransportRequest {
  return cursor === undefined ? request : attach('cursor.attach', () => strategy.attach(request, cursor))
}

/** The cursor after a response; `undefined` if the response has none. */
function readCursor(
  strategy: CursorStrategy,
  previous: unknown,
  { response, body }: { response: Response; body: string },
): unknown {
  const { status } = response
  if (status === 204) return refusePromise(strategy.readEmpty?.(response, previous), '"cursor.readEmpty"')
  return status === 200 ? refusePromise(strategy.read(response, body, previous), '"cursor.read"') : undefined
}

/**
 * Takes each body ('' if there is none) with the cursor after it. Returns whether responses come fast and
 * without new data.
 */
function createLoopDetector(
  clock: Clock,
  time: number,
): (body: string, cursor: string | undefined) => boolean {
  let last: { body: string; cursor: string | undefined } | undefined
  let idle: number[] = []
  return (body, cursor) => {
    // A changed cursor alone is not new data: a server may change it with each empty response.
    const isNews = body !== '' && (body !== last?.body || cursor !== last.cursor)
    if (body !== '') last = { body, cursor }
    const now = clock.elapsed()
    idle = isNews ? [] : [now, ...idle.slice(0, FAST_LOOP_ANSWERS - 1)]
    return now - (idle[FAST_LOOP_ANSWERS - 1] ?? -Infinity) <= time
  }
}
