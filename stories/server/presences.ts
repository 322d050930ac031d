/** The four transports. */
export type TransportName = 'poll' | 'longPoll' | 'events' | 'socket'

export interface ClientInfo {
  client: string
  transport: TransportName
  /** Time of its first request (ms since 1970). */
  since: number
  /** Requests, including connections. */
  requests: number
  /** Currently open. */
  open: number
}

/** How long a client without a connection counts as present (ms), for pollers. */
const LINGER = 5_000

/** The present clients and their transports. */
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
    /** Counts a request; call the returned function when it ends. */
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
