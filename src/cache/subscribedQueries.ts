import type { Connection } from '../core/connection.ts'
import { messageKey } from '../core/envelope.ts'
import type { RequestEnvelope } from '../core/requests.ts'
import { Subscriptions } from '../core/subscriptions.ts'
import type { LiveQueries } from './liveQueries.ts'

/** A connection whose subscriptions are queries. */
export interface SubscribableConnection {
  readonly connection: Connection
  readonly liveQueries: LiveQueries
  /** In ms. */
  readonly closeDelay: number
}

/**
 * The subscriptions of a connection, created for the first one. Only what subscribes imports this, so that an app without
 * subscriptions does not bundle them.
 */
export function subscriptionsOf(shared: SubscribableConnection): Subscriptions {
  const { connection, liveQueries } = shared
  if (connection.subscriptions) return connection.subscriptions
  const subscriptions = new Subscriptions({
    clock: connection.ports.clock,
    hashOf: key => liveQueries.hashOf(key),
    closeDelay: () => shared.closeDelay,
    post: connection.post,
    mayOpen: () => connection.mayOpen,
    recovery: () => connection.options.recovery,
    onGap: (cause, subscription) => connection.scheduleGap(cause, subscription),
    onChange: ({ hash, isCurrent }) => liveQueries.onSubscriptionChange(hash, isCurrent),
    onAccepted({ listeners }) {
      const prefixes = [...listeners].flatMap(listener => listener.liveQueries())
      if (prefixes.length > 0) liveQueries.invalidateKeys(new Set(), prefixes)
    },
    report: event => connection.ports.sink.onEvent(event),
    onRefused: ({ hash }) => liveQueries.invalidateKeys(new Set([hash])),
  })
  liveQueries.subscriptionOf = hash => subscriptions.find(hash)
  liveQueries.haveOwnGaps = () => subscriptions.haveOwnGaps
  connection.subscriptions = subscriptions
  return subscriptions
}

/** The data of a subscribed query: what the cache contains once its next message has taken effect. */
export async function fetchSubscribed(
  shared: SubscribableConnection,
  { type, params }: RequestEnvelope,
  signal: AbortSignal,
): Promise<unknown> {
  const key = messageKey(type, params)
  const subscriptions = subscriptionsOf(shared)
  let message = await subscriptions.next({ type, params }, signal)
  // The server says that nothing was missed, but the cache has no data: the server has to send it again.
  if (!message && !shared.liveQueries.isCached(key))
    message = await subscriptions.next({ type, params }, signal)
  return shared.liveQueries.readAfterMessage(key, message?.response)
}
