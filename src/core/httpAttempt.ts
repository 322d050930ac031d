import type { TimerHandle } from './clock.ts'
import type { Failure } from './failure.ts'
import { parseRetryAfter } from './retryAfter.ts'
import type { Attempt, TransportEnvironment, TransportRequest, TransportSink } from './transport.ts'

/** What a run of an attempt over HTTP works with: one request at a time, and nothing more once it is over. */
export interface HttpAttempt extends Attempt {
  isOver: () => boolean
  /** Ends it and reports why, once. */
  fail: (failure: Failure) => void
  /** Reports it open, once. */
  opened: () => void
  /** Sets timers (ms) in place of those before. */
  wait: (...timers: [delay: number, callback: () => void][]) => void
  /** The answer to a request, its body unread, in place of the answer before. Throws where the attempt is over. */
  ask: (request: TransportRequest, init: RequestInit) => Promise<Response>
  /** The next bytes of the answer's body, `undefined` at its end. Throws where the attempt is over. */
  read: () => Promise<Uint8Array | undefined>
}

/** Where an attempt over HTTP begins. */
export interface HttpAttemptStart {
  environment: TransportEnvironment
  sink: TransportSink
  /** Whether it carries a cursor. */
  resumed: boolean
}

/**
 * Starts an attempt over HTTP; `run` resolves with the failure that ends it. No failure carries what `fetch` threw:
 * in some runtimes its text holds the URL, and with it a token.
 */
export function startHttpAttempt(
  { environment, sink, resumed }: HttpAttemptStart,
  run: (http: HttpAttempt) => Promise<Failure>,
): Attempt {
  const { clock } = environment
  let timers: TimerHandle[] = []
  let isOpen = false
  const exchange = createExchange(environment)
  const http: HttpAttempt = {
    ...exchange,
    close() {
      http.wait()
      exchange.close()
    },
    fail(failure) {
      if (http.isOver()) return
      http.close()
      sink.failed(failure)
    },
    opened() {
      if (!isOpen) sink.opened({ resumed })
      isOpen = true
    },
    wait(...next) {
      for (const timer of timers) clock.clearTimeout(timer)
      timers = http.isOver() ? [] : next.map(([delay, callback]) => clock.setTimeout(callback, delay))
    },
  }
  run(http).then(http.fail, () => http.fail({ kind: 'network' }))
  return http
}

function createExchange(environment: TransportEnvironment) {
  let isOver = false
  let controller: AbortController | undefined
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined

  // A `fetch` that ignores its signal has its body cancelled all the same.
  function drop() {
    controller?.abort()
    reader?.cancel().catch(() => undefined)
  }
  function close() {
    isOver = true
    drop()
  }
  /** Unwinds a run that nobody waits for any more. */
  function throwIfOver() {
    if (isOver) throw new Error('over')
  }
  return {
    isOver: () => isOver,
    close,
    async ask({ url, headers, redirect = 'follow' }: TransportRequest, init: RequestInit) {
      throwIfOver()
      drop()
      controller = new AbortController()
      const { signal } = controller
      const response = await environment.fetch()(url, {
        ...init,
        cache: 'no-store',
        headers,
        redirect,
        signal,
      })
      reader = response.body?.getReader()
      if (isOver) drop()
      throwIfOver()
      return response
    },
    async read() {
      throwIfOver()
      const chunk = await reader?.read()
      throwIfOver()
      return chunk?.value
    },
  }
}

/** The failure of a message that is too large; it is reported as such first. */
export function oversized(sink: TransportSink, bytes: number): Failure {
  sink.oversized(bytes)
  return { kind: 'body' }
}

/** The failure that an answer is whose status is no success. */
export function refusal({ status, headers }: Response, now: number, hadCursor: boolean): Failure {
  return { kind: 'status', status, retryAfter: parseRetryAfter(headers.get('retry-after'), now), hadCursor }
}

/** The media type of an answer, without parameters and in lower case; '' where it names none. */
export function mediaType({ headers }: Response): string {
  return (headers.get('content-type') ?? '').replace(/;.*/, '').trim().toLowerCase()
}
