import type { MessagesOption } from '../cache/messageTypes.ts'
import { createOutbox } from '../core/outbox.ts'
import { type ConnectSource, createSourceTransport, SOURCE } from '../core/sourceTransport.ts'
import type { ConnectionOptions, HeartbeatOptions } from './options.ts'
import type { TransportDefinition } from './transportDefinition.ts'
import { readHeartbeat, type SocketOptions, TRANSPORT } from './socketOptions.ts'

/** The options of `useSource`. */
export interface SourceOptions<Schemas = object>
  extends
    Omit<ConnectionOptions<Schemas>, 'url' | 'id' | 'parse' | 'attachToken' | 'maxMessageBytes'>,
    Pick<SocketOptions, 'reauthenticate' | 'queue'> {
  /** Identifies the connection. */
  id: string
  /**
   * Opens a connection of any other kind: another library's client, or a native module. It is called at each attempt. Call
   * `link.ready()` when it is open, `link.receive()` with what arrives, and `link.fail(code)` when it is lost.
   */
  connect: ConnectSource
  /** Overrides the provider's. */
  heartbeat?: boolean | HeartbeatOptions | undefined
}

/** As the connection sees them. */
export type SourceConnectionOptions = SourceOptions & ConnectionOptions

/** A connection that the application opens. */
export const sourceDefinition: TransportDefinition<SourceConnectionOptions> = {
  transport: 'source',
  ...SOURCE,
  identity: () => null,
  plan: ({ heartbeat, reauthenticate }, provider) => ({
    request: {},
    attachToken: request => request,
    heartbeat: readHeartbeat(heartbeat ?? provider.heartbeat),
    reauthenticate: reauthenticate ?? provider.reauthenticate,
  }),
  createTransport: ({ latest, clock }) => createSourceTransport(() => latest().connect, clock),
  createOutbox,
}

/**
 * Defines a connection of any other kind, for `useSource`, `useSubscription` and `useSocketQuery`.
 *
 * ```ts
 * export const ticks = sourceOptions({
 *   id: 'ticks',
 *   connect(link) {
 *     const timer = setInterval(() => link.receive({ type: 'tick', response: Date.now() }), 1_000)
 *     link.ready()
 *     return { close: () => clearInterval(timer) }
 *   },
 * })
 * ```
 */
export function sourceOptions<Schemas extends object, Responses extends object = object>(
  options: SourceOptions<Schemas> & MessagesOption<Responses>,
): SourceOptions<Schemas> {
  return { ...options, [TRANSPORT]: sourceDefinition } as SourceOptions<Schemas>
}
