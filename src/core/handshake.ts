import { impossible } from './failure.ts'
import type { Handshake, RequestedRhythm } from './protocol.ts'
import { isPromise } from './validation.ts'
import type { AttemptRequest, TransportSink } from './transport.ts'

/** The handshake of one attempt whose protocol or source says when it is open. */
export class HandshakeRun {
  #isReady = false
  #isOver = false
  #isSending = false
  /** Data that arrived before it was ready, or while it was sending. */
  readonly #early: (() => unknown)[] = []
  readonly #sink: TransportSink
  /** What the protocol or source may do. */
  readonly link: Handshake

  constructor({ token, cursor }: AttemptRequest, sink: TransportSink) {
    this.#sink = sink
    this.link = {
      token,
      cursor,
      ready: (info = {}) => void this.#ready(info.resumed ?? false),
      fail: code => void this.#fail({ kind: 'close', code, opened: this.#isReady }),
      heartbeat: options => void this.#setHeartbeat(options),
    }
  }

  get isOver(): boolean {
    return this.#isOver
  }

  end(): void {
    this.#isOver = true
    this.#early.length = 0
  }

  /** Reports what was read: at once, or as soon as the connection is open and nothing is being sent. */
  receive(read: () => unknown): void {
    if (this.#isOver) return
    if (this.#isReady && !this.#isSending) return this.#sink.onIncoming(read)
    this.#sink.onActivity()
    this.#early.push(read)
  }

  /** Defers a reply that arrives before `send` returns: only then does the request count as sent. */
  whileSending<Result>(send: () => Result): Result {
    if (!this.#isSending) queueMicrotask(() => this.#sent())
    this.#isSending = true
    return send()
  }

  /**
   * Calls the application's code. If it throws, or is async and rejects, the attempt fails permanently, with an error that
   * names the part.
   */
  run<Result>(part: string, call: () => Result): Result | undefined {
    const threw = (error: unknown) => {
      // Its message may quote the token.
      const name = error instanceof Error ? ` (${error.name})` : ''
      this.#fail(impossible(`"${part}" threw${name}.`))
      return undefined
    }
    try {
      const result = call()
      if (isPromise(result)) result.then(undefined, threw)
      return result
    } catch (error) {
      return threw(error)
    }
  }

  /** The same for what has to return an object at once. */
  create<Result extends object>(part: string, call: () => Result | undefined): Result | undefined {
    const created = this.run(part, call)
    if (typeof created === 'object' && !isPromise(created)) return created
    this.#fail(impossible(`"${part}" returned ${isPromise(created) ? 'a promise' : typeof created}.`))
    return undefined
  }

  #ready(resumed: boolean): void {
    if (this.#isOver || this.#isReady) return
    this.#isReady = true
    this.#sink.onActivity()
    this.#sink.onOpen({ resumed })
    this.#readEarly()
  }

  #sent(): void {
    this.#isSending = false
    if (this.#isReady) this.#readEarly()
  }

  #readEarly(): void {
    while (this.#early.length > 0 && !this.#isSending)
      this.#sink.onIncoming(this.#early.shift() as () => unknown)
  }

  /** A server may send 0 for none. A number that makes no sense must not start timers without a pause. */
  #setHeartbeat(given: RequestedRhythm): void {
    const silence = sensible(given.silence)
    const interval = sensible(given.interval) ?? silence
    if (this.#isOver || interval === undefined) return
    const timeout = sensible(given.timeout) ?? interval
    this.#sink.onHeartbeat({ interval, timeout, silence, sendsPings: given.interval !== undefined })
  }

  #fail(failure: Parameters<TransportSink['onFailure']>[0]): void {
    if (this.#isOver) return
    this.end()
    this.#sink.onFailure(failure)
  }
}

function sensible(time: number | undefined): number | undefined {
  return time !== undefined && time > 0 && time < Infinity ? time : undefined
}
