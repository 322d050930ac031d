import { withAdvice } from './advice.ts'
import ReconnectingWebSocket from 'reconnecting-websocket'
import { type Failure, impossible } from './failure.ts'
import type {
  TransportHandle,
  AttemptRequest,
  Transport,
  TransportCapabilities,
  TransportSink,
} from './transport.ts'
import type { SocketData } from './envelope.ts'

/**
 * The part of the WebSocket interface used here. The classes of browsers and of `ws` have it; a test double may
 * extend `EventTarget`.
 */
export interface WebSocketLike {
  readonly readyState: number
  binaryType: string
  send(data: SocketData): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'close' | 'error', listener: (event: unknown) => void): void
  removeEventListener(type: 'close' | 'error', listener: (event: unknown) => void): void
}

/** What a WebSocket can do. */
export const WEB_SOCKET: TransportCapabilities = {
  urlScheme: 'ws',
  sendsHeaders: false,
  isBidirectional: true,
}

/** A WebSocket class: the browser's, or that of another runtime. */
export type WebSocketConstructor = new (url: string, protocols?: string[]) => WebSocketLike

/** What a socket transport is given from outside. */
export interface SocketTransportOptions {
  /** Returns the class. Called at each attempt, so that a later replacement is used. */
  webSocket(): WebSocketConstructor | undefined
  binaryType?: 'blob' | 'arraybuffer' | undefined
}

/** The part of reconnecting-websocket used here. Its own types stay out of ours. */
interface Engine {
  binaryType: string
  readonly readyState: number
  close(): void
  send(data: SocketData): void
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
}

// Its types describe an ES module, but Node and TypeScript see CommonJS, where the class is the whole module.
const EngineClass = ReconnectingWebSocket as unknown as new (
  url: string,
  protocols: string[] | undefined,
  options: object,
) => Engine

const OPEN = 1
const NEVER = 2 ** 31 - 1

/**
 * WebSocket (RFC 6455). Each attempt is one reconnecting-websocket that never retries by itself. Its caller
 * decides when to try, how long to wait and what a close means.
 */
export function createSocketTransport(options: SocketTransportOptions): Transport {
  return { open: (request, sink) => new SocketAttempt(options, request, sink) }
}

class SocketAttempt implements TransportHandle {
  readonly #options: SocketTransportOptions
  readonly #sink: TransportSink
  readonly #engine: Engine
  #isOpen = false
  #isOver = false
  #detach: (() => void) | undefined

  constructor(options: SocketTransportOptions, { url, protocols }: AttemptRequest, sink: TransportSink) {
    this.#options = options
    this.#sink = sink
    this.#engine = new EngineClass(url, protocols.length > 0 ? protocols : undefined, {
      WebSocket: this.#tappedClass(),
      maxRetries: 0,
      connectionTimeout: NEVER,
      maxEnqueuedMessages: 0,
    })
    if (options.binaryType) this.#engine.binaryType = options.binaryType
    this.#engine.onopen = () => {
      this.#isOpen = true
      sink.onActivity()
      sink.onOpen({ resumed: false })
    }
    this.#engine.onmessage = ({ data }) => void sink.onMessage(data, {})
  }

  send(data: SocketData): boolean {
    if (this.#isOver || this.#engine.readyState !== OPEN) return false
    this.#engine.send(data)
    return true
  }

  /** Drops the socket without waiting for its close, which takes up to a minute on a dead connection. */
  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#detach?.()
    this.#engine.onopen = this.#engine.onmessage = null
    this.#engine.close()
  }

  #fail(failure: Failure): void {
    if (this.#isOver) return
    this.close()
    this.#sink.onFailure(failure)
  }

  /**
   * Needed because the engine reports a failed handshake as a clean close, and does not survive a constructor
   * that throws.
   */
  #tappedClass(): object {
    const open = this.#openSocket.bind(this)
    function TappedWebSocket(url: string, protocols?: string[]) {
      return open(url, protocols)
    }
    // The engine recognises a WebSocket class by this.
    return Object.assign(TappedWebSocket, { CLOSING: 2 })
  }

  #openSocket(url: string, protocols?: string[]): object {
    const Socket = this.#options.webSocket()
    if (!Socket) return this.#refuse(withAdvice('There is no WebSocket class here.', 'webSocket'))
    try {
      const socket = protocols ? new Socket(url, protocols) : new Socket(url)
      const onClose = (event: unknown) => {
        this.#fail({ kind: 'close', code: (event as { code: number }).code, opened: this.#isOpen })
      }
      socket.addEventListener('close', onClose)
      // This listener stays: in Node, a socket that is given up while connecting throws if nothing listens.
      socket.addEventListener('error', () => undefined)
      this.#detach = () => socket.removeEventListener('close', onClose)
      return socket
    } catch (cause) {
      return this.#refuse('The WebSocket could not be created: check its URL and its subprotocols.', cause)
    }
  }

  /** Fails once the engine has received the object returned here in place of a socket. */
  #refuse(message: string, cause?: unknown): object {
    // A browser's SyntaxError quotes the URL, including its token.
    const name = cause instanceof Error ? ` (${cause.name})` : ''
    queueMicrotask(() => this.#fail(impossible(message + name)))
    return CLOSED_SOCKET
  }
}

const CLOSED_SOCKET = {
  readyState: 3,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}
