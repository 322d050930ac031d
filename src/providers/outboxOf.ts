import type { SocketOutbox } from '../core/outbox.ts'
import type { SharedConnection } from './sharedConnection.ts'

/** The outbox of a connection that can send. */
export function outboxOf({ connection }: SharedConnection): SocketOutbox {
  return connection.outbox as SocketOutbox
}
