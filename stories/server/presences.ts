/** The four ways to get the data. */
export type TransportName = 'poll' | 'longPoll' | 'events' | 'socket'

export interface ClientInfo {
  client: string
  transport: TransportName
  /** When it was first seen, ms since 1970. */
  since: number
  /** Requests, connections included. */
  requests: number
  /** Open at this moment. */
  open: number
}

/** How long a client without a connection counts as present, ms: pollers have none most of the time. */
const LINGER = 5_000

/** Which client is there by which transport. */
export function createPresences() {
  const presences = new Map<string, { info: ClientInfo; seenAt: number }>()

  function isGone({ info: { transport, open }, seenAt }: { info: ClientInfo; seenAt: number }): boolean {
    const pulls = transport === 'poll' || transport === 'longPoll'
    return open === 0 && (!pulls || Date.now() - seenAt > LINGER)
  }

  function list(): ClientInfo[] {
    for (const [key, presence] of presences) if (isGone(presence)) presences.delete(key)
    return [...presences.values()].map(({ info }) => info)
  }

  return {
    list,
    /** Counts a request; the returned function tells that it is over. */
    enter(client: string, transport: TransportName): () => void {
      list()
      const key = JSON.stringify([client, transport])
      const seenAt = Date.now()
      const info = { client, transport, since: seenAt, requests: 0, open: 0 }
      const presence = presences.get(key) ?? { info, seenAt }
      presences.set(key, presence)
      presence.info.requests += 1
      presence.info.open += 1
      return () => {
        presence.info.open -= 1
        presence.seenAt = Date.now()
      }
    },
  }
}
