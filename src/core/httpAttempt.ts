import type { TimerHandle } from './clock.ts'
import type { Failure } from './failure.ts'
import { parseRetryAfter } from './retryAfter.ts'
import type {
  Attempt,
  MessageMeta,
  TransportEnvironment,
  TransportRequest,
  TransportSink,
} from './transport.ts'

/**
 * One attempt over HTTP: at most one request and one timer at a time, and neither once it is over. No failure carries
 * what `fetch` threw: in some runtimes its text holds the URL, and with it a token.
 */
export class HttpAttempt implements Attempt {
  readonly #sink: TransportSink
  readonly #environment: TransportEnvironment
  #isOver = false
  #isOpen = false
  #controller: AbortController | undefined
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #timer: TimerHandle | undefined

  constructor(environment: TransportEnvironment, sink: TransportSink) {
    this.#environment = environment
    this.#sink = sink
  }

  /** Whether it failed or was closed: nothing may reach the sink any more. */
  get isOver(): boolean {
    return this.#isOver
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Runs what the attempt does; a throw that nobody expected (of a parser, of a cursor strategy) ends it. */
  start(run: (http: HttpAttempt) => Promise<void>): this {
    run(this).catch(() => this.fail({ kind: 'body' }))
    return this
  }

  close(): void {
    this.#isOver = true
    this.#environment.clock.clearTimeout(this.#timer)
    this.#drop()
  }

  /** Ends it and reports why, once. */
  fail(failure: Failure): void {
    if (this.#isOver) return
    this.close()
    this.#sink.failed(failure)
  }

  /** Fails for an answer whose status is not a success. */
  refuse({ status, headers }: Response, hadCursor: boolean): void {
    const retryAfter = parseRetryAfter(headers.get('retry-after'), this.#environment.clock.now())
    this.fail({ kind: 'status', status, retryAfter, hadCursor })
  }

  /** Fails for a message of more than `maxMessageBytes`. */
  failOversized(bytes: number): void {
    if (!this.#isOver) this.#sink.oversized(bytes)
    this.fail({ kind: 'body' })
  }

  /** Reports it open, the first time only. */
  open(resumed: boolean): void {
    if (this.#isOver || this.#isOpen) return
    this.#isOpen = true
    this.#sink.opened({ resumed })
  }

  alive(): void {
    if (!this.#isOver) this.#sink.alive()
  }

  /** `false` where it could not be parsed. */
  message(data: string, meta: MessageMeta): boolean {
    return this.#isOver || this.#sink.message(data, meta)
  }

  /** Sets the timer, in place of the one before (ms). */
  wait(delay: number, callback: () => void): void {
    this.#environment.clock.clearTimeout(this.#timer)
    this.#timer = this.#environment.clock.setTimeout(callback, delay)
  }

  /** The answer to a request, its body unread; `undefined` where the attempt is over. Drops the answer before. */
  async ask(
    { url, headers, redirect = 'follow' }: TransportRequest,
    init: RequestInit,
  ): Promise<Response | undefined> {
    this.#drop()
    const { signal } = (this.#controller = new AbortController())
    try {
      const fetch = this.#environment.fetch()
      const response = await fetch(url, { ...init, cache: 'no-store', headers, redirect, signal })
      this.#reader = response.body?.getReader()
      if (!this.#isOver) return response
      this.#drop()
    } catch {
      this.fail({ kind: 'network' })
    }
    return undefined
  }

  /** The next bytes of the answer's body; `undefined` at its end, or where the attempt is over. */
  async read(): Promise<Uint8Array | undefined> {
    try {
      const chunk = await this.#reader?.read()
      if (!this.#isOver) return chunk?.value
    } catch {
      this.fail({ kind: 'network' })
    }
    return undefined
  }

  /** A `fetch` that ignores its signal has its body cancelled all the same. */
  #drop(): void {
    this.#controller?.abort()
    this.#reader?.cancel().catch(() => undefined)
  }
}

/** The media type of an answer, without parameters and in lower case; '' where it names none. */
export function mediaType({ headers }: Response): string {
  return (headers.get('content-type') ?? '').replace(/;.*/, '').trim().toLowerCase()
}
