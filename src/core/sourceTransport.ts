import type { ConnectionTransport } from './connectionPorts.ts'
import { Correlation } from './correlation.ts'
import { withoutProto } from './envelope.ts'
import { HandshakeRun } from './handshake.ts'
import { ConfigurationError } from './errors.ts'
import type { Clock } from './platform.ts'
import type { Outgoing, SourceHandle, SourceLink } from './protocol.ts'
import type { TransportCapabilities } from './transport.ts'

/** What a source can do: it has no URL, and sends what the application's code makes of it. */
export const SOURCE: TransportCapabilities = {
  urlScheme: undefined,
  sendsHeaders: true,
  isBidirectional: true,
}

/** Opens a connection of any other kind. */
export type ConnectSource = (link: SourceLink) => SourceHandle

/** A transport that the application provides. `connect` returns its latest function. */
export function createSourceTransport(connect: () => ConnectSource, clock: Clock): ConnectionTransport {
  return {
    createCorrelation: () => new Correlation(),
    open(request, sink) {
      const handshake = new HandshakeRun(request, sink)
      const link: SourceLink = {
        ...handshake.link,
        receive: incoming => handshake.receive(() => withoutProto(incoming)),
      }
      const handle = handshake.create('connect', () => connect()(link))
      let isClosed = false
      return {
        write: out => !handshake.isOver && handshake.whileSending(() => writeTo(handle, out)),
        close() {
          handshake.end()
          if (isClosed) return
          isClosed = true
          closeSource(handle, clock)
        },
      }
    },
  }
}

function writeTo(handle: SourceHandle | undefined, out: Outgoing): boolean {
  if (handle?.send) {
    handle.send(out)
    return true
  }
  if (out.kind === 'request' || out.kind === 'send')
    throw new ConfigurationError('The source cannot send: "connect" returned no "send".')
  // A source that only receives gets everything anyway.
  return out.kind !== 'heartbeat'
}

/** What the application's code throws must not keep the connection from going on: it is thrown in a separate task. */
function closeSource(handle: SourceHandle | undefined, clock: Clock): void {
  try {
    handle?.close()
  } catch (error) {
    clock.setTimeout(() => {
      throw error
    }, 0)
  }
}
