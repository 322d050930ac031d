import type { Entry } from './envelope.ts'
import type { Outbox } from './outbox.ts'

export type Connections = ReturnType<typeof createConnections>

/** The four ways to get the data. */
export type Technique = 'poll' | 'longPoll' | 'events' | 'socket'

/** Something open between a client and the server: a socket, a stream, or an HTTP exchange not yet answered. */
export interface Connection {
  client: string
  /** `'rest'` for exchanges that are none of the four ways; they are not counted. */
  technique: Technique | 'rest'
  outbox: Outbox
  /** Breaks it: a reset, or for sockets an orderly close where `code` is given. */
  kill(code?: number): void
  /** Takes new log entries, after `drop` has had its way. */
  push?(entries: Entry[]): void
  /** Takes garbage at once, for ways that push. */
  garble?(text: string): void
}

export interface ClientInfo {
  client: string
  technique: Technique
  /** When it was first seen, ms since 1970. */
  since: number
  /** Requests, connections included. */
  requests: number
  /** Open at this moment. */
  open: number
}

interface Presence extends ClientInfo {
  seenAt: number
}

/** How long a client without a connection counts as present, ms: pollers have none most of the time. */
const PRESENCE = 5_000

/** Who is connected to a channel, and who was a moment ago. */
export function createConnections() {
  const open = new Set<Connection>()
  const presences = new Map<string, Presence>()
  const opened: Record<Technique, number> = { socket: 0, events: 0, longPoll: 0, poll: 0 }

  function forgetAbsent(): void {
    for (const [key, { technique, open: count, seenAt }] of presences) {
      const pulls = technique === 'poll' || technique === 'longPoll'
      if (count === 0 && (!pulls || Date.now() - seenAt > PRESENCE)) presences.delete(key)
    }
  }

  function seen(client: string, technique: Technique): Presence {
    forgetAbsent()
    const key = JSON.stringify([client, technique])
    const now = Date.now()
    const presence = presences.get(key) ?? {
      client,
      technique,
      since: now,
      requests: 0,
      open: 0,
      seenAt: now,
    }
    presences.set(key, presence)
    return presence
  }

  return {
    open: open as ReadonlySet<Connection>,
    opened: opened as Readonly<Record<Technique, number>>,
    /** Counts `connection` as open until the returned function is called. */
    add(connection: Connection): () => void {
      const { client, technique, outbox } = connection
      open.add(connection)
      const presence = technique === 'rest' ? undefined : seen(client, technique)
      if (presence && technique !== 'rest') {
        opened[technique] += 1
        presence.requests += 1
        presence.open += 1
      }
      return () => {
        outbox.close()
        if (!open.delete(connection) || !presence) return
        presence.open -= 1
        presence.seenAt = Date.now()
      }
    },
    isAnybodyThere(): boolean {
      forgetAbsent()
      return presences.size > 0
    },
    clients(): ClientInfo[] {
      forgetAbsent()
      return [...presences.values()].map(({ seenAt: _, ...info }) => info)
    },
    killAll(client?: string, code?: number): void {
      for (const connection of [...open]) {
        if (client === undefined || connection.client === client) connection.kill(code)
      }
    },
  }
}
