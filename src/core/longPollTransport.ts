import { validators } from './cursorStrategy.ts'
import type { CursorStrategy } from './cursorStrategy.ts'
import { HttpAttempt, mediaType } from './httpAttempt.ts'
import type { AttemptRequest, Transport, TransportEnvironment, TransportRequest } from './transport.ts'

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
  options: LongPollOptions = {},
): Transport {
  const poll = new LongPoll(environment, options)
  return {
    open: (request, sink) => new HttpAttempt(environment, sink).start(http => poll.run(http, request)),
    cursor: () => poll.cursor,
    dropCursor: () => void (poll.cursor = undefined),
    dispose: () => undefined,
  }
}

class LongPoll {
  cursor: unknown
  readonly #environment: TransportEnvironment
  readonly #strategy: CursorStrategy
  readonly #holdTimeout: number
  readonly #init: RequestInit

  constructor(
    environment: TransportEnvironment,
    { cursor = validators(), holdTimeout = 60_000, ...init }: LongPollOptions,
  ) {
    this.#environment = environment
    this.#strategy = cursor
    this.#holdTimeout = holdTimeout
    this.#init = init
  }

  async run(http: HttpAttempt, first: AttemptRequest): Promise<void> {
    const resumed = this.cursor !== undefined
    let idle: number[] = []
    for (let request = first; !http.isOver; request = await request.again()) {
      const before = this.cursor
      this.#hold(http, resumed)
      await this.#poll(http, request, resumed)
      if (http.isOver) return
      const isIdle = JSON.stringify(before) === JSON.stringify(this.cursor)
      idle = isIdle ? [...idle.slice(1 - FAST_LOOP_ANSWERS), this.#environment.clock.now()] : []
      if (isFastLoop(idle)) return http.fail({ kind: 'fast-loop' })
      // Answers that are at hand at once must not keep the page from its other tasks.
      await new Promise<void>(resolve => http.wait(0, resolve))
    }
  }

  /** Starts the time of a request anew; the timer and not the request ends it, as `fetch` may ignore its signal. */
  #hold(http: HttpAttempt, resumed: boolean): void {
    const wait = (delay: number) => http.wait(delay, () => http.fail({ kind: 'silence' }))
    if (http.isOpen || this.#holdTimeout <= HELD) return wait(this.#holdTimeout)
    http.wait(HELD, () => {
      http.open(resumed)
      wait(this.#holdTimeout - HELD)
    })
  }

  async #poll(http: HttpAttempt, request: TransportRequest, resumed: boolean): Promise<void> {
    const hadCursor = this.cursor !== undefined
    const asked = hadCursor ? this.#strategy.attach(request, this.cursor) : request
    const response = await http.ask(asked, this.#init)
    if (!response) return
    if (EMPTY_STATUSES.includes(response.status)) {
      http.open(resumed)
      return http.alive()
    }
    if (response.status !== 200) return http.refuse(response, hadCursor)
    const contentType = mediaType(response)
    if (contentType === 'text/html') return http.fail({ kind: 'content-type', contentType })
    http.open(resumed)
    const body = await this.#readText(http, resumed)
    if (!http.isOver) this.#take(http, response, body)
  }

  async #readText(http: HttpAttempt, resumed: boolean): Promise<string> {
    const decoder = new TextDecoder()
    let text = ''
    let size = 0
    let bytes
    while ((bytes = await http.read())) {
      this.#hold(http, resumed)
      size += bytes.byteLength
      if (size > this.#environment.maxMessageBytes) http.failOversized(size)
      else text += decoder.decode(bytes, { stream: true })
    }
    return text + decoder.decode()
  }

  /** Delivers a body; the cursor moves with it, and not without it. */
  #take(http: HttpAttempt, response: Response, body: string): void {
    const next = this.#strategy.read(response, body, this.cursor)
    if (!/\S/.test(body)) {
      this.cursor = next ?? this.cursor
      http.alive()
    } else if (http.message(body, {})) this.cursor = next
    else http.fail({ kind: 'body' })
  }
}

function isFastLoop(times: readonly number[]): boolean {
  const [first, last] = [times[0], times[FAST_LOOP_ANSWERS - 1]]
  return first !== undefined && last !== undefined && last - first <= FAST_LOOP_TIME
}
