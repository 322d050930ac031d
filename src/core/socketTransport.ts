import { impossible } from './failure.ts'
import type { Attempt, AttemptRequest, SocketData, Transport, TransportSink } from './transport.ts'

/** The part of the WebSocket interface that is used here, so wide that the classes of browsers and of `ws` fit. */
export interface WebSocketLike {
  readonly readyState: number
  binaryType: string
  send(data: SocketData): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void
  addEventListener(type: 'error', listener: () => void): void
  removeEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void
}

/** A WebSocket class: the browser's, or one of another runtime. */
export type WebSocketConstructor = new (url: string, protocols?: string[]) => WebSocketLike

/** What a socket transport is given from outside. */
export interface SocketTransportOptions {
  /** Gives the class; called at each attempt, so that a later replacement is used. */
  webSocket(): WebSocketConstructor | undefined
  binaryType?: 'blob' | 'arraybuffer' | undefined
}

/** The engine, as far as it is used; its own types stay out of ours. */
interface Engine {
  binaryType: string
  readonly readyState: number
  reconnect(): void
  close(): void
  send(data: SocketData): void
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
}

type EngineConstructor = new (url: () => Promise<string>, protocols: undefined, options: object) => Engine

/** One attempt: at most one socket is made for it. */
interface Run {
  request: AttemptRequest
  sink: TransportSink
  isOpen: boolean
  isAdmitted: boolean
  detach?: () => void
}

const OPEN = 1
const NEVER = 2 ** 31 - 1

/**
 * WebSocket (RFC 6455) on reconnecting-websocket, which reconnects at once after every loss: its URL provider waits until
 * the next attempt is allowed. When to try, how long to wait and what a close means is decided above this file.
 */
export class SocketTransport implements Transport {
  readonly #options: SocketTransportOptions
  #engine: Engine | undefined
  #run: Run | undefined
  #admit: ((url: string) => void) | undefined
  #isDisposed = false

  constructor(options: SocketTransportOptions) {
    this.#options = options
  }

  open(request: AttemptRequest, sink: TransportSink): Attempt {
    const run: Run = { request, sink, isOpen: false, isAdmitted: false }
    this.#run = run
    void this.#start(run)
    return {
      send: data => this.#send(run, data),
      close: () => this.#giveUp(run),
    }
  }

  dispose(): void {
    this.#isDisposed = true
    this.#run = undefined
    this.#engine?.close()
  }

  async #start(run: Run): Promise<void> {
    if (this.#engine) return this.#admitRun()
    // Loaded only when the first socket opens: it is not small, and reads globals when imported.
    const create = await loadEngine().catch(() => undefined)
    if (this.#run !== run || this.#isDisposed || this.#engine) return
    if (!create) return this.#fail(run, () => run.sink.failed({ kind: 'network' }))
    this.#engine = this.#createEngine(create)
  }

  #createEngine(create: EngineConstructor): Engine {
    const engine = new create(() => this.#nextUrl(), undefined, {
      WebSocket: this.#tappedClass(),
      minReconnectionDelay: 0,
      maxReconnectionDelay: 0,
      minUptime: 0,
      connectionTimeout: NEVER,
      maxEnqueuedMessages: 0,
    })
    if (this.#options.binaryType) engine.binaryType = this.#options.binaryType
    engine.onopen = () => this.#opened()
    engine.onmessage = event => void this.#run?.sink.message(event.data, {})
    return engine
  }

  /** Settles when an attempt is allowed; never rejects, for the engine does not survive that. */
  #nextUrl(): Promise<string> {
    return new Promise(resolve => {
      this.#admit = resolve
      this.#admitRun()
    })
  }

  #admitRun(): void {
    if (!this.#run || !this.#admit || this.#run.isAdmitted) return
    this.#run.isAdmitted = true
    this.#admit(this.#run.request.url)
    this.#admit = undefined
  }

  #opened(): void {
    const run = this.#run
    if (!run) return this.#engine?.reconnect()
    run.isOpen = true
    run.sink.opened({ resumed: false })
  }

  #send(run: Run, data: SocketData): boolean {
    if (this.#run !== run || this.#engine?.readyState !== OPEN) return false
    this.#engine.send(data)
    return true
  }

  /** Drops a socket without waiting for its close: that of a dead link takes up to a minute. */
  #giveUp(run: Run): void {
    if (this.#run !== run) return
    this.#run = undefined
    run.detach?.()
    this.#engine?.reconnect()
  }

  #fail(run: Run, report: () => void): void {
    if (this.#run !== run) return
    this.#run = undefined
    report()
  }

  /**
   * The engine reports a failed handshake as a clean close, so the class it is given looks at the real close code, takes
   * the subprotocols of this attempt, and never throws out of its constructor.
   */
  #tappedClass(): object {
    const open = () => this.#openSocket()
    function TappedWebSocket() {
      return open()
    }
    return Object.assign(TappedWebSocket, { CONNECTING: 0, OPEN, CLOSING: 2, CLOSED: 3 })
  }

  #openSocket(): WebSocketLike {
    const run = this.#run
    const Socket = this.#options.webSocket()
    if (!run) return this.#makeInert()
    // Also where the engine had been let go on for an attempt that was given up meanwhile.
    run.isAdmitted = true
    if (!Socket)
      return this.#refuse(run, 'There is no WebSocket here. Give one as the provider\'s "webSocket".')
    try {
      const { url, protocols } = run.request
      const socket = protocols.length > 0 ? new Socket(url, protocols) : new Socket(url)
      const onClose = ({ code }: { code: number }) => {
        this.#fail(run, () => run.sink.failed({ kind: 'close', code, opened: run.isOpen }))
      }
      socket.addEventListener('close', onClose)
      // It stays: in Node, a socket that is given up while connecting throws if nobody listens.
      socket.addEventListener('error', () => undefined)
      run.detach = () => socket.removeEventListener('close', onClose)
      return socket
    } catch (cause) {
      return this.#refuse(run, 'The WebSocket could not be made: check its URL and its subprotocols.', cause)
    }
  }

  #refuse(run: Run, message: string, cause?: unknown): WebSocketLike {
    // A browser's SyntaxError quotes the URL with its token.
    const name = cause instanceof Error ? ` (${cause.name})` : ''
    queueMicrotask(() => this.#fail(run, () => run.sink.failed(impossible(message + name))))
    return this.#makeInert()
  }

  /** For an attempt that was given up, or cannot be made: the engine goes back to waiting for the next one. */
  #makeInert(): WebSocketLike {
    queueMicrotask(() => this.#engine?.reconnect())
    return INERT_SOCKET
  }
}

/** What the engine holds where no socket is made. Not closed, or the engine would not clear its timers. */
const INERT_SOCKET: WebSocketLike = {
  readyState: 2,
  binaryType: 'blob',
  send: () => undefined,
  close: () => undefined,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}

async function loadEngine(): Promise<EngineConstructor> {
  const module = (await import('reconnecting-websocket')) as unknown as { default: unknown }
  // In Node it comes as CommonJS, in bundlers as an ES module.
  const nested = (module.default as { default?: unknown }).default
  return (nested ?? module.default) as EngineConstructor
}
