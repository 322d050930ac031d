import type { Outbox, OutboxPorts, HeartbeatPlan } from '../core/connectionPorts.ts'
import type { TransportName } from '../core/events.ts'
import type { HeadersOption } from '../core/headers.ts'
import type { WebSocketConstructor } from '../core/socketTransport.ts'
import type { AttachToken } from '../core/tokens.ts'
import type { Transport, TransportCapabilities, TransportEnvironment } from '../core/transport.ts'
import type { ConnectionOptions, RealtimeOptions } from './options.ts'
import type { RealtimeClient } from './realtimeClient.ts'

/** What a transport may need from the provider. */
interface ClientTransportEnvironment<Options> extends TransportEnvironment {
  webSocket(): WebSocketConstructor | undefined
  /** The latest options of the connection. */
  latest(): Options
}

/** A transport. Each hook imports its own, so that an application bundles only the transports that it uses. */
export interface TransportDefinition<
  Options extends ConnectionOptions = ConnectionOptions,
> extends TransportCapabilities {
  transport: TransportName
  /** Used if neither the hook nor the provider sets one. */
  attachToken(options: Options): AttachToken
  /** What else identifies a connection, compared by value. */
  identity(options: Options): unknown
  /** What a request carries from the start. */
  request(options: Options): {
    headers?: HeadersOption | undefined
    protocols?: readonly string[] | undefined
  }
  createTransport(environment: ClientTransportEnvironment<Options>, options: Options): Transport
  createOutbox?(ports: OutboxPorts, options: () => Options, provider: () => RealtimeOptions): Outbox
  heartbeat(options: Options, provider: RealtimeOptions): HeartbeatPlan | undefined
}

interface GlobalWebSocket {
  WebSocket?: WebSocketConstructor
}

/** What the transport of a connection is given. */
export function transportEnvironment<Options extends ConnectionOptions>(
  client: RealtimeClient,
  { maxMessageBytes }: Options,
  latest: () => Options,
): ClientTransportEnvironment<Options> {
  return {
    latest,
    clock: client.clock,
    fetch: client.fetch,
    maxMessageBytes: maxMessageBytes ?? client.maxMessageBytes,
    webSocket: () => client.options.webSocket ?? (globalThis as unknown as GlobalWebSocket).WebSocket,
  }
}
