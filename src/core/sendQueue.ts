import type { Clock } from './clock.ts'
import type { SocketData } from './transport.ts'

/** How much waits for a connection, and for how long (ms). */
export interface QueueOptions {
  limit: number
  ttl: number
}

/** Data that waits to be sent. */
export interface QueuedData {
  data: SocketData
  /** Called when it has been handed to the network. */
  sent?: () => void
}

/** What `send` is given while there is no open connection, in order. */
export interface SendQueue {
  /** `false`: it is full, and the data was not taken. */
  push(item: QueuedData, options: QueueOptions): boolean
  remove(item: QueuedData): void
  /** Hands everything to `send` in order; what `send` does not take stays, with all that came after it. */
  drain(send: (data: SocketData) => boolean): void
  clear(): void
}

/** Creates an empty queue. What outlives its ttl is dropped when the queue is next looked at. */
export function createSendQueue(clock: Clock): SendQueue {
  let items: { item: QueuedData; expiresAt: number }[] = []

  function dropExpired() {
    const now = clock.now()
    items = items.filter(({ expiresAt }) => expiresAt > now)
  }

  return {
    push(item, { limit, ttl }) {
      dropExpired()
      if (items.length >= limit) return false
      items.push({ item, expiresAt: clock.now() + ttl })
      return true
    },
    remove(item) {
      items = items.filter(entry => entry.item !== item)
    },
    drain(send) {
      dropExpired()
      let first = items[0]
      while (first && send(first.item.data)) {
        items.shift()
        first.item.sent?.()
        first = items[0]
      }
    },
    clear() {
      items = []
    },
  }
}
