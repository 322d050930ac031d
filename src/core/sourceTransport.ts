import { HandshakeRun } from './handshake.ts'
import type { SourceHandle, SourceLink } from './protocol.ts'
import type { Transport, TransportCapabilities } from './transport.ts'

/** What a source can do: it has no URL, and sends what the application's code makes of it. */
export const SOURCE: TransportCapabilities = {
  urlScheme: undefined,
  sendsHeaders: true,
  isBidirectional: true,
}

/** Opens a connection of any other kind. */
export type ConnectSource = (link: SourceLink) => SourceHandle

/** A transport that the application provides. `connect` returns its latest function. */
export function createSourceTransport(connect: () => ConnectSource): Transport {
  return {
    hasProtocol: true,
    open(request, sink) {
      const opened: { handle?: SourceHandle | undefined } = {}
      const handshake = new HandshakeRun(request, sink, () => opened.handle?.close())
      const link: SourceLink = {
        ...handshake.link,
        receive: incoming => handshake.receive(() => incoming),
      }
      const handle = handshake.guard('connect', () => connect()(link))
      opened.handle = handle
      // It may have failed before there was a handle.
      if (handshake.isOver) handle?.close()
      return {
        write(out) {
          if (handshake.isOver) return false
          // A source that only receives gets everything without being asked.
          if (!handle?.send) return out.kind === 'subscribe' || out.kind === 'unsubscribe'
          handle.send(out)
          return true
        },
        close() {
          if (handshake.isOver) return
          handshake.end()
          handle?.close()
        },
      }
    },
  }
}
