import type { ConnectionTransport, Outbox, OutboxPorts, HeartbeatPlan } from '../core/connectionPorts.ts'
import type { TransportName } from '../core/events.ts'
import type { HeadersOption } from '../core/headers.ts'
import type { WebSocketConstructor } from '../core/socketTransport.ts'
import type { AttachToken, Reauthenticate } from '../core/tokens.ts'
import type { TransportCapabilities, TransportEnvironment } from '../core/transport.ts'
import type { SharedTransports } from './connectionSharing.ts'
import type { ConnectionOptions, RealtimeOptions } from './options.ts'

/** What a transport may need from the provider. */
export interface ClientTransportEnvironment<Options> extends TransportEnvironment {
  webSocket(): WebSocketConstructor | undefined
  /** Only if the connection is shared with the other tabs. */
  share?: SharedTransports | undefined
  /** The latest options of the connection. */
  latest(): Options
}

/** A transport. Each hook imports its own, so that an application bundles only the transports that it uses. */
export interface TransportDefinition<
  Options extends ConnectionOptions = ConnectionOptions,
> extends TransportCapabilities {
  transport: TransportName
  /** What else identifies a connection, compared by value. */
  identity(options: Options): unknown
  /** What follows from the latest options. */
  plan(options: Options, provider: RealtimeOptions): TransportPlan
  createTransport(environment: ClientTransportEnvironment<Options>, options: Options): ConnectionTransport
  createOutbox?(ports: OutboxPorts): Outbox
}

/** How a connection makes its requests, and how it is watched. */
export interface TransportPlan {
  /** What a request carries from the start. */
  request: {
    headers?: HeadersOption | undefined
    protocols?: readonly string[] | undefined
  }
  /** Used if neither the hook nor the provider sets one. */
  attachToken: AttachToken
  heartbeat?: HeartbeatPlan | undefined
  reauthenticate?: Reauthenticate | undefined
  /** How long it may be silent without being given up, if no heartbeat says so (ms). */
  silence?: number | undefined
}
