import { createConnections } from './connections.ts'
import type { Cursor, Envelope } from './envelope.ts'
import { createFaults } from './faults.ts'
import { createFeed } from './feed.ts'
import { createLog } from './log.ts'
import { createMessages } from './messages.ts'
import { createOrders } from './orders.ts'
import { createTickerSubscriptions } from './tickerSubscriptions.ts'
import { createTokens } from './tokens.ts'

export type Channel = ReturnType<typeof createChannel>

/** Isolated log, feed, orders, messages, tokens, faults and clients. Each test and story uses its own channel. */
export function createChannel() {
  const log = createLog()
  const connections = createConnections()
  const subscriptions = createTickerSubscriptions()
  const tokens = createTokens()
  const faults = createFaults(() => {
    for (const { outbox } of [...connections.open]) outbox.flush()
  })

  function publish(envelopes: Envelope[]): Cursor {
    const entries = envelopes.map(log.append)
    for (const { client, transport, push } of [...connections.open]) {
      const kept = push ? faults.withoutDropped(entries, client, transport) : []
      if (kept.length > 0) push?.(kept)
    }
    return log.head
  }

  const orders = createOrders(publish)
  const messages = createMessages(publish)
  const feed = createFeed({ publish, isWanted: connections.isAnybodyThere })

  return {
    log,
    connections,
    subscriptions,
    tokens,
    faults,
    orders,
    messages,
    feed,
    publish,
    close(): void {
      feed.stop()
      subscriptions.stop()
      faults.close()
      connections.killAll()
    },
  }
}
