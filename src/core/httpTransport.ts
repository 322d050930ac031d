import type { Clock, TimerHandle } from './platform.ts'
import { type ConditionalFetch, sendRequest } from './conditionalFetch.ts'
import { decodeText } from './envelope.ts'
import { type Failure, isFoundDead, parseRetryAfter } from './failure.ts'
import type {
  Answer,
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
  /** The statuses that are not failures. */
  statuses: readonly number[]
  /** Whether a request may be sent again automatically after the server has accepted it. */
  isRepeatable: boolean
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
    open(request, sink) {
      const http = new RunningAttempt(environment, variant, sink)
      variant.run(http, request, sink).catch(() => http.fail({ kind: 'body' }))
      return http
    },
    attachCursor: variant.attachCursor,
    cursor: () => variant.cursor,
    dropCursor: () => void (variant.cursor = undefined),
  }
}

class RunningAttempt implements HttpAttempt {
  isSpent = false
  readonly #environment: TransportEnvironment
  readonly #variant: HttpVariant
  readonly #sink: TransportSink
  readonly #setTimers: (timers: Timer[]) => void
  readonly #exchange = createHttpExchange()
  readonly #resumed: boolean
  #isOver = false
  #isOpen = false

  constructor(environment: TransportEnvironment, variant: HttpVariant, sink: TransportSink) {
    this.#environment = environment
    this.#variant = variant
    this.#sink = sink
    this.#setTimers = createTimers(environment.clock)
    this.#resumed = variant.cursor !== undefined
  }

  close(foundDead = false): void {
    this.#isOver = true
    this.#setTimers([])
    this.#exchange.drop(foundDead ? timedOut() : undefined)
  }

  fail(failure: Failure): void {
    if (this.#isOver) return
    this.close(isFoundDead(failure))
    this.#sink.onFailure(failure)
  }

  check(): void {
    if (this.#isOver) throw new Error('over')
  }

  readonly opened = (): void => {
    if (!this.#isOpen) this.#sink.onOpen({ resumed: this.#resumed })
    this.#isOpen = true
  }

  wait(...timers: Timer[]): void {
    this.#setTimers(this.#isOver ? [] : timers)
  }

  async request(request: TransportRequest, conditional?: ConditionalFetch): Promise<Response> {
    const fetch = this.#environment.fetch()
    const response = await this.#step(() =>
      this.#exchange.ask(signal => {
        const init = { ...this.#variant.init, signal }
        return conditional?.send(request, fetch, init) ?? sendRequest(request, fetch, init)
      }),
    )
    await this.#judge(response)
    return response
  }

  readonly read = (): Promise<Uint8Array | undefined> => this.#step(this.#exchange.read)

  /** Throws unless the response can be used: the attempt is then over. */
  async #judge({ status, headers }: Response): Promise<void> {
    const retryAfter = parseRetryAfter(headers.get('retry-after'), this.#environment.clock.now())
    const answer = { status, headers, retryAfter }
    const failure = findFailure(answer, this.#variant)
    this.isSpent = !this.#variant.isRepeatable && failure?.kind !== 'status'
    if (isAnswer(failure) && !this.#sink.onAnswer(answer)) this.close()
    this.check()
    if (failure?.kind === 'status') failure.body = await readStart(this.#exchange.read, this.#setTimers)
    if (failure) this.fail(failure)
    this.check()
    this.#sink.onActivity()
  }

  /** Drops what `fetch` threw: in some runtimes its message contains the URL, and with it a token. */
  async #step<T>(work: () => Promise<T>): Promise<T> {
    this.check()
    const value = await work().catch(() => this.fail({ kind: 'network' }))
    this.check()
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

function findFailure(answer: Answer, variant: HttpVariant): Failure | undefined {
  const { status, headers } = answer
  const contentType = headers.get('content-type') ?? ''
  if (!variant.statuses.includes(status))
    return { kind: 'status', ...answer, hadCursor: variant.cursor !== undefined }
  if (status === 200 && !variant.contentType.test(contentType)) return { kind: 'content-type', contentType }
  return undefined
}

/** Whether a response is no error: a transport may have no use for its status. */
function isAnswer(failure: Failure | undefined): boolean {
  return !failure || (failure.kind === 'status' && failure.status < 400)
}

/** How much of the body of an error is read, in bytes, and how long that may take (ms). */
const MAX_ERROR_BODY = 4_096
const ERROR_BODY_TIME = 1_000

/** Reads the beginning of an error's body: the server may hold the rest. */
function readStart(read: HttpAttempt['read'], setTimers: (timers: Timer[]) => void): Promise<string> {
  const isLate = new Promise<undefined>(resolve => setTimers([[ERROR_BODY_TIME, () => resolve(undefined)]]))
  const readInTime = () => Promise.race([read().catch(() => undefined), isLate])
  return readText(readInTime, () => {}, MAX_ERROR_BODY)
}

/** Reads a body as text up to its end, or the first `limit` bytes. `onPart` gets the number of bytes so far. */
export async function readText(
  read: HttpAttempt['read'],
  onPart: (size: number) => void,
  limit = Infinity,
): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  let bytes
  while (size < limit && (bytes = await read())) {
    onPart((size += bytes.byteLength))
    parts.push(bytes)
  }
  const whole = new Uint8Array(size)
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.byteLength
  }
  return decodeText(whole.subarray(0, limit))
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
  function drop(reason?: Error) {
    controller?.abort(reason)
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

/** The abort reason of a request that received too little data; the same as that of `AbortSignal.timeout`. */
function timedOut(): Error {
  return Object.assign(new Error('The request timed out.'), { name: 'TimeoutError' })
}
