import type { Clock, TimerHandle } from './platform.ts'
import { type ConditionalFetch, sendRequest } from './conditionalFetch.ts'
import { type Failure, parseRetryAfter } from './failure.ts'
import type {
  TransportHandle,
  AttemptRequest,
  Transport,
  TransportEnvironment,
  TransportRequest,
  TransportSink,
} from './transport.ts'

/** What one HTTP transport adds to what all of them share. */
export interface HttpVariant<Cursor = unknown> {
  cursor: Cursor | undefined
  /** Adds the cursor, and anything else that every request carries. */
  attachCursor: (request: TransportRequest) => TransportRequest
  init: RequestInit
  /** As in `Transport`. */
  isOnce?: boolean
  /** The statuses that are not failures. */
  statuses: readonly number[]
  /** What the `Content-Type` of a 200 must match; '' if there is none. */
  contentType: RegExp
  /** Runs one attempt. A throw from anything but `HttpAttempt` counts as an unreadable response. */
  run: (http: HttpAttempt, request: AttemptRequest, sink: TransportSink) => Promise<void>
}

/** What `contentType` is if any text may be a message. A page is the sign of a wrong URL or a missing session. */
export const ANYTHING_BUT_HTML = /^(?!text\/html)/i

/** A callback and its delay (ms). */
export type Timer = [delay: number, callback: () => void]

/**
 * What a run works with: one request at a time. Once the attempt is over, `check`, `request` and `read` throw to
 * unwind the run.
 */
export interface HttpAttempt extends TransportHandle {
  check: () => void
  /** Ends the attempt and reports why, once. */
  fail: (failure: Failure) => void
  /** Reports the attempt as open, once. */
  opened: () => void
  /** Sets timers (ms), replacing the previous ones. */
  wait: (...timers: Timer[]) => void
  /** Sends a request and returns its response with the body unread. It replaces the previous response. */
  request: (request: TransportRequest, conditional?: ConditionalFetch) => Promise<Response>
  /** The next bytes of the response body; `undefined` at its end. */
  read: () => Promise<Uint8Array | undefined>
}

/** Creates the transport of a variant, which holds the cursor. */
export function createHttpTransport(environment: TransportEnvironment, variant: HttpVariant): Transport {
  return {
    isOnce: variant.isOnce ?? false,
    open(request, sink) {
      const http = createAttempt(environment, variant, sink)
      variant.run(http, request, sink).catch(() => http.fail({ kind: 'body' }))
      return http
    },
    attachCursor: variant.attachCursor,
    cursor: () => variant.cursor,
    dropCursor: () => void (variant.cursor = undefined),
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
    sink.onFailure(failure)
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
      if (!isOpen) sink.onOpen({ resumed })
      isOpen = true
    },
    wait: (...timers) => setTimers(isOver ? [] : timers),
    async request(request, conditional) {
      const fetch = environment.fetch()
      const send = (signal: AbortSignal) => {
        const init = { ...variant.init, signal }
        return conditional?.send(request, fetch, init) ?? sendRequest(request, fetch, init)
      }
      const response = await step(() => exchange.ask(send))
      const failure = findFailure(response, variant, clock.now())
      if (failure) fail(failure)
      check()
      return response
    },
    read: () => step(exchange.read),
  }
}

/** Drops what `fetch` threw: in some runtimes its message contains the URL, and with it a token. */
function createStep(check: () => void, failed: () => void) {
  return async <T>(work: () => Promise<T>): Promise<T> => {
    check()
    const value = await work().catch(failed)
    check()
    return value as T
  }
}

/** Sets timers, replacing those it set before. */
function createTimers(clock: Clock): (timers: Timer[]) => void {
  let handles: TimerHandle[] = []
  return timers => {
    for (const handle of handles) clock.clearTimeout(handle)
    handles = timers.map(([delay, callback]) => clock.setTimeout(callback, delay))
  }
}

/** Reports a message that is too large, fails the attempt and unwinds the run. */
export function failOversized(http: HttpAttempt, sink: TransportSink): void {
  sink.onOversized()
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

interface Reader {
  read(): Promise<{ value?: Uint8Array | undefined }>
  cancel(): Promise<void>
}

/** Runs one request at a time; each replaces the one before. */
function createHttpExchange() {
  let controller: AbortController | undefined
  let reader: Reader | undefined
  // A `fetch` that ignores its signal still gets its body cancelled.
  function drop() {
    controller?.abort()
    reader?.cancel().catch(() => undefined)
  }
  return {
    drop,
    async ask(send: (signal: AbortSignal) => Promise<Response>) {
      drop()
      const { signal } = (controller = new AbortController())
      const response = await send(signal)
      reader = response.body?.getReader() ?? readAtOnce(response)
      if (signal.aborted) drop()
      return response
    },
    read: async () => (await reader?.read())?.value,
  }
}

/** For a body that is not a stream (as in React Native) or is missing. */
function readAtOnce(response: Response): Reader {
  let isRead = false
  return {
    async read() {
      if (isRead) return {}
      isRead = true
      const bytes = new Uint8Array(await response.arrayBuffer())
      return bytes.byteLength > 0 ? { value: bytes } : {}
    },
    cancel: () => Promise.resolve(),
  }
}
