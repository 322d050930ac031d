import type { Entry } from './envelope.ts'
import type { Outbox } from './outbox.ts'
import { createPresences, type ClientInfo, type TransportName } from './presences.ts'

export type Connections = ReturnType<typeof createConnections>

/** Something open between a client and the server: a socket, a stream, or an HTTP exchange not yet answered. */
export interface Connection {
  client: string
  /** `'rest'` for exchanges that are none of the four ways; they are not counted. */
  transport: TransportName | 'rest'
  outbox: Outbox
  /** Breaks it: a reset, or for sockets an orderly close where `code` is given. */
  kill: (code?: number) => void
  /** Takes new log entries, after `drop` has had its way. */
  push?: (entries: Entry[]) => void
  /** Takes garbage at once, for ways that push. */
  garble?: (text: string) => void
}

/** Who is connected to a channel, and who was a moment ago. */
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
