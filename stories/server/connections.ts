import type { Entry } from './envelope.ts'
import type { Outbox } from './outbox.ts'
import { createPresences, type ClientInfo, type TransportName } from './presences.ts'

export type Connections = ReturnType<typeof createConnections>

/** An open socket, stream or pending HTTP exchange. */
export interface Connection {
  client: string
  /** `'rest'` for exchanges outside of the four transports, which are not counted. */
  transport: TransportName | 'rest'
  outbox: Outbox
  /** Resets the connection. With `code`, sockets close cleanly. */
  kill: (code?: number) => void
  /** Receives new log entries that `drop` did not skip. */
  push?: (entries: Entry[]) => void
  /** Receives garbage at once, for transports that push. */
  garble?: (text: string) => void
}

/** The current and recent clients of a channel. */
export function createConnections() {
  const open = new Set<Connection>()
  const presences = createPresences()
  const opened: Record<TransportName, number> = { socket: 0, events: 0, longPoll: 0, poll: 0 }

  return {
    open: open as ReadonlySet<Connection>,
    opened: opened as Readonly<Record<TransportName, number>>,
    /** Counts `connection` as open until the returned function is called. */
    add(connection: Connection): () => void {
      const { client, transport, outbox } = connection
      open.add(connection)
      if (transport !== 'rest') opened[transport] += 1
      const leave = transport === 'rest' ? () => undefined : presences.enter(client, transport)
      return () => {
        outbox.close()
        if (open.delete(connection)) leave()
      }
    },
    isAnybodyThere: (): boolean => presences.list().length > 0,
    clients: (): ClientInfo[] => presences.list(),
    killAll(client?: string, code?: number): void {
      for (const connection of [...open]) {
        if (client === undefined || connection.client === client) connection.kill(code)
      }
    },
  }
}
