import type { ConnectionTransport } from './connectionPorts.ts'
import { Correlation } from './correlation.ts'
import { withAdvice } from './advice.ts'
import { isLargerThan, type SocketData, withoutProto } from './envelope.ts'
import { ConfigurationError } from './errors.ts'
import { HandshakeRun } from './handshake.ts'
import { isSocketData } from './outbox.ts'
import type { Outgoing, Protocol, ProtocolLink, ProtocolSession } from './protocol.ts'
import {
  type AttemptRequest,
  forwardTo,
  type Transport,
  type TransportHandle,
  type TransportSink,
} from './transport.ts'

/** What a protocol is put on. */
interface ProtocolTransportOptions {
  /** Returns the latest protocol. */
  protocol(): Protocol | undefined
  /** In bytes. */
  maxMessageBytes: number
}

/** Puts a server's own protocol on a transport that sends and receives frames. */
export function createProtocolTransport(
  inner: Transport,
  options: ProtocolTransportOptions,
): ConnectionTransport {
  return {
    createCorrelation: () => new Correlation(),
    open: (request, sink) => new ProtocolHandle(inner, options, { request, sink }),
  }
}

class ProtocolHandle implements TransportHandle {
  readonly #handshake: HandshakeRun
  readonly #inner: TransportHandle
  #session: ProtocolSession | undefined

  constructor(
    inner: Transport,
    { protocol, maxMessageBytes }: ProtocolTransportOptions,
    { request, sink }: { request: AttemptRequest; sink: TransportSink },
  ) {
    this.#handshake = new HandshakeRun(request, sink)
    this.#inner = inner.open(request, {
      ...forwardTo(sink),
      onOpen: () => this.#start(protocol()),
      onMessage: data => {
        if (isLargerThan(data as SocketData, maxMessageBytes)) sink.onOversized()
        else this.#receive(data)
        return true
      },
      onFailure: failure => {
        this.#handshake.end()
        sink.onFailure(failure)
      },
    })
  }

  send(data: SocketData): boolean {
    return this.#inner.send?.(data) ?? false
  }

  write(out: Outgoing): boolean {
    const frame = this.#session?.serialize(out)
    if (!this.#session) return false
    assertFrame(frame, 'serialize')
    return this.send(frame)
  }

  get writeBatch(): TransportHandle['writeBatch'] {
    const session = this.#session
    if (!session?.batch) return undefined
    return out => {
      const frames = session.batch?.(out) ?? []
      for (const frame of frames) assertFrame(frame, 'batch')
      return frames.every(frame => this.send(frame))
    }
  }

  close(): void {
    this.#handshake.end()
    this.#inner.close()
  }

  #start(protocol: Protocol | undefined): void {
    const handshake = this.#handshake
    const link: ProtocolLink = {
      ...handshake.link,
      send: data => void (handshake.isOver || this.send(data)),
    }
    const session = handshake.create('protocol', () => protocol?.(link))
    if (!session) return
    this.#session = session
    if (session.greet) handshake.run('protocol.greet', () => session.greet?.())
    else link.ready()
  }

  /** Reads each frame when it arrives, because it may be a part of the handshake. */
  #receive(data: unknown): void {
    const session = this.#session
    if (!session) return
    try {
      const incoming = withoutProto(session.parse(data), data)
      this.#handshake.receive(() => incoming)
    } catch (error) {
      this.#handshake.receive(() => {
        throw error
      })
    }
  }
}

function assertFrame(frame: unknown, name: 'serialize' | 'batch'): asserts frame is SocketData {
  if (isSocketData(frame)) return
  throw new ConfigurationError(withAdvice(`"protocol.${name}" returned ${typeof frame}.`, 'serialize'))
}
