import type { ConnectionDriverOptions, ConnectionPorts, Outbox } from './connectionPorts.ts'
import type { Event } from './connectionState.ts'
import type { GapCause } from './events.ts'
import type { MessageReader } from './messageReader.ts'
import type { PreparedRequest } from './request.ts'
import type { StreamPosition } from './streamPosition.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { CurrentToken } from './tokens.ts'

/** The connection, as one of its attempts sees it. */
export interface AttemptOwner {
  readonly ports: ConnectionPorts
  readonly options: ConnectionDriverOptions
  readonly outbox: Outbox | undefined
  readonly subscriptions: Subscriptions | undefined
  readonly reader: MessageReader
  readonly position: StreamPosition
  /** Messages may have been missed. */
  scheduleGap(cause: GapCause): void
  /** Messages were missed before this opening. */
  onGapAtOpening(cause: GapCause): void
  /** The position cannot be sent, or the server does not know it. */
  dropCursor(): void
  /** `from`: the attempt that the event is about. */
  handle(event: Event, from: object): void
  /** The token that the server received last. */
  readonly currentToken: CurrentToken
  /** The shortest delay before a retry that the server requested (ms). */
  readonly retryFloor: number
  /** The next request carries this token. */
  onToken(token: CurrentToken): void
  /** The request of the attempt `from` is ready, with the token in it. */
  onAuthorized(prepared: PreparedRequest, from: object): void
  onRetryFloor(delay: number): void
}
