import { fetchSubscribed, subscriptionsOf } from '../cache/subscribedQueries.ts'
import type { RequestEnvelope } from '../core/requests.ts'
import type { ConnectionFetch } from './connectionQuery.ts'

/** Fetches the data of a key by subscribing to it. The data is current while the server keeps the subscription. */
export function subscriptionFetch({ type, params }: RequestEnvelope): ConnectionFetch {
  return {
    fetch: (shared, { signal }) => fetchSubscribed(shared, { type, params }, signal),
    isCurrent: (shared, { queryHash }) => subscriptionsOf(shared).find(queryHash)?.isCurrent === true,
  }
}
