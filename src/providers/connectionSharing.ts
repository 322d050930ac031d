import type { ConnectionTransport } from '../core/connectionPorts.ts'
import type { Framing } from '../core/portMessages.ts'
import type { Transport, TransportEnvironment } from '../core/transport.ts'
import type { Share } from '../core/sharedUse.ts'

/** The transports of a shared worker. */
export interface SharedTransports {
  socket(direct: ConnectionTransport, binaryType: 'blob' | 'arraybuffer' | undefined): ConnectionTransport
  http(framing: Framing, create: (environment: TransportEnvironment) => Transport): ConnectionTransport
}

/** What `shareConnections` returns, for the `share` of `RealtimeProvider`. */
export type ConnectionSharing = Sharing

interface Sharing {
  /** Throws unless `share` names the user: without that, one user's tab could join the connection of another. */
  assertScope(scope: unknown): void
  /** The transports of one connection; `undefined` if other tabs cannot share it. */
  bind(connection: Shareable, environment: TransportEnvironment): SharedTransports | undefined
}

/** The part of `Share` that each connection has of its own. */
export type OwnShare = Pick<Share, 'key' | 'isSlowWhenHidden' | 'report'>

/** How a provider shares its connections with the other tabs. */
export interface ShareOptions {
  /** The result of `shareConnections`. */
  worker: ConnectionSharing
  /** Identifies the user, such as by an id. Tabs share connections only within one scope. */
  scope: string
}

/** A connection that may be shared. */
export interface Shareable {
  isBidirectional: boolean
  options: {
    share?: false | undefined
    isLast?: unknown
    recovery?: { perSubscription?: boolean | undefined } | undefined
  }
  provider: { webSocket?: unknown; fetch?: unknown }
  /** The scope of the provider. */
  scope: string
  own: OwnShare
}
