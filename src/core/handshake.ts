import { impossible } from './failure.ts'
import type { Handshake } from './protocol.ts'
import type { AttemptRequest, RequestedHeartbeat, TransportSink } from './transport.ts'

/** The handshake of one attempt whose protocol or source says when it is open. */
export class HandshakeRun {
  #isReady = false
  #isOver = false
  /** What arrived before it was ready. */
  readonly #early: (() => unknown)[] = []
  readonly #sink: TransportSink
  readonly #close: () => void
  /** What the protocol or source may do. */
  readonly link: Handshake

  /** `close` ends the attempt. */
  constructor({ token, cursor }: AttemptRequest, sink: TransportSink, close: () => void) {
    this.#sink = sink
    this.#close = close
    this.link = {
      token,
      cursor,
      ready: (info = {}) => void this.#ready(info.resumed ?? false),
      fail: code => void this.#fail({ kind: 'close', code, opened: this.#isReady }),
      heartbeat: options => void (this.#isOver || sink.onHeartbeat(readTimes(options))),
    }
  }

  get isOver(): boolean {
    return this.#isOver
  }

  end(): void {
    this.#isOver = true
    this.#early.length = 0
  }

  /** Reports what was read: at once, or as soon as the connection is open. Returns `false` if the attempt is over. */
  receive(read: () => unknown): void {
    if (this.#isOver) return
    if (this.#isReady) return this.#sink.onIncoming(read)
    this.#sink.onActivity()
    this.#early.push(read)
  }

  /** Calls the application's code. If it throws, the attempt fails permanently, with an error that names the part. */
  guard<Result>(part: string, call: () => Result): Result | undefined {
    try {
      return call()
    } catch (error) {
      // Its message may quote the token.
      const name = error instanceof Error ? ` (${error.name})` : ''
      this.#fail(impossible(`"${part}" threw${name}.`))
      return undefined
    }
  }

  #ready(resumed: boolean): void {
    if (this.#isOver || this.#isReady) return
    this.#isReady = true
    this.#sink.onOpen({ resumed })
    for (let read = this.#early.shift(); read; read = this.#early.shift()) this.#sink.onIncoming(read)
  }

  #fail(failure: Parameters<TransportSink['onFailure']>[0]): void {
    if (this.#isOver) return
    this.end()
    this.#close()
    this.#sink.onFailure(failure)
  }
}

function readTimes(options: Parameters<Handshake['heartbeat']>[0]): RequestedHeartbeat {
  if ('silence' in options) return { interval: options.silence, timeout: 0, isSilent: true }
  const { interval, timeout = interval } = options
  return { interval, timeout, isSilent: false }
}
