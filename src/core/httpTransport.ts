import type { Clock, TimerHandle } from './clock.ts'
import type { ConditionalFetch } from './conditionalFetch.ts'
import type { Failure } from './failure.ts'
import { createHttpExchange } from './httpExchange.ts'
import { parseRetryAfter } from './retryAfter.ts'
import type {
  Attempt,
  AttemptRequest,
  Transport,
  TransportEnvironment,
  TransportRequest,
  TransportSink,
} from './transport.ts'

/** What one way of getting messages over HTTP adds to what all of them do. */
export interface HttpVariant<Cursor = unknown> {
  cursor: Cursor | undefined
  /** Adds the cursor, and what else every request carries. */
  attachCursor: (request: TransportRequest) => TransportRequest
  init: RequestInit
  /** The answers that are no failure. */
  statuses: readonly number[]
  /** What the `Content-Type` of a 200 must match; it is '' where there is none. */
  contentType: RegExp
  /** Runs one attempt. A throw that is not one of `HttpAttempt` is an unreadable answer. */
  run: (http: HttpAttempt, request: AttemptRequest, sink: TransportSink) => Promise<void>
}

/** What happens after how many ms. */
export type Timer = [delay: number, callback: () => void]

/** What a run works with: one request at a time. `check`, `ask` and `read` throw where it is over, to unwind the run. */
export interface HttpAttempt extends Attempt {
  check: () => void
  /** Ends it and reports why, once. */
  fail: (failure: Failure) => void
  /** Reports it open, once. */
  opened: () => void
  /** Sets timers (ms) in place of those before. */
  wait: (...timers: Timer[]) => void
  /** The answer to a request, its body unread, in place of the answer before. */
  ask: (request: TransportRequest, conditional?: ConditionalFetch) => Promise<Response>
  /** The next bytes of the answer's body, `undefined` at its end. */
  read: () => Promise<Uint8Array | undefined>
}

/** Makes the transport of a variant, which keeps the cursor. */
export function createHttpTransport(environment: TransportEnvironment, variant: HttpVariant): Transport {
  return {
    open(request, sink) {
      const http = createAttempt(environment, variant, sink)
      variant.run(http, request, sink).catch(() => http.fail({ kind: 'body' }))
      return http
    },
    attachCursor: variant.attachCursor,
    cursor: () => variant.cursor,
    dropCursor: () => void (variant.cursor = undefined),
    dispose: () => undefined,
  }
}

function createAttempt(
  environment: TransportEnvironment,
  variant: HttpVariant,
  sink: TransportSink,
): HttpAttempt {
  const { clock } = environment
  const resumed = variant.cursor !== undefined
  const exchange = createHttpExchange()
  let isOver = false
  let isOpen = false
  const setTimers = createTimers(clock)

  function close() {
    isOver = true
    setTimers([])
    exchange.drop()
  }
  function fail(failure: Failure) {
    if (isOver) return
    close()
    sink.failed(failure)
  }
  function check() {
    if (isOver) throw new Error('over')
  }
  const step = createStep(check, () => fail({ kind: 'network' }))
  return {
    close,
    check,
    fail,
    opened() {
      if (!isOpen) sink.opened({ resumed })
      isOpen = true
    },
    wait: (...timers) => setTimers(isOver ? [] : timers),
    async ask(request, conditional) {
      const send = async (each: TransportRequest) => {
        check()
        return exchange.ask(environment.fetch(), each, variant.init)
      }
      const response = await step(() => conditional?.send(request, send) ?? send(request))
      const failure = findFailure(response, variant, clock.now())
      if (failure) fail(failure)
      check()
      return response
    },
    read: () => step(exchange.read),
  }
}

/** What `fetch` threw is dropped: in some runtimes its text holds the URL, and with it a token. */
function createStep(check: () => void, failed: () => void) {
  return async <T>(work: () => Promise<T>): Promise<T> => {
    check()
    const value = await work().catch(failed)
    check()
    return value as T
  }
}

/** Sets timers in place of those it set before. */
function createTimers(clock: Clock): (timers: Timer[]) => void {
  let handles: TimerHandle[] = []
  return timers => {
    for (const handle of handles) clock.clearTimeout(handle)
    handles = timers.map(([delay, callback]) => clock.setTimeout(callback, delay))
  }
}

/** Reports a message that is too large, fails and unwinds the run. */
export function failOversized(http: HttpAttempt, sink: TransportSink, bytes: number): void {
  sink.oversized(bytes)
  http.fail({ kind: 'body' })
  http.check()
}

function findFailure({ status, headers }: Response, variant: HttpVariant, now: number): Failure | undefined {
  const contentType = headers.get('content-type') ?? ''
  if (!variant.statuses.includes(status)) {
    const hadCursor = variant.cursor !== undefined
    return { kind: 'status', status, retryAfter: parseRetryAfter(headers.get('retry-after'), now), hadCursor }
  }
  if (status === 200 && !variant.contentType.test(contentType)) return { kind: 'content-type', contentType }
  return undefined
}
