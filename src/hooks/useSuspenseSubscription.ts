'use client'
import type { QueryKey, UseSuspenseQueryResult } from '@tanstack/react-query'
import type {
  MessagesOption,
  MessageType,
  ParamsMember,
  ParamsOf,
  ResponseOf,
} from '../cache/messageTypes.ts'
import { subscriptionsOf } from '../cache/subscribedQueries.ts'
import { subscriptionFetch } from '../providers/subscriptionFetch.ts'
import type { TwoWayOptions } from '../providers/twoWayOptions.ts'
import { type SubscriptionState, useSubscriptionState } from './useSubscription.ts'
import { type SuspenseQueryOptions, useSuspenseConnectionQuery } from './useSuspenseConnectionQuery.ts'

/**
 * What `useSuspenseSubscription` subscribes to, with any option of `useSuspenseQuery`. `params` are required if they are
 * declared.
 */
export type SuspenseSubscriptionOptions<
  Type extends string,
  Schemas = object,
  Data = ResponseOf<Type, Schemas>,
> = {
  type: Type
  /** As in `useSubscription`. */
  liveQueries?: readonly QueryKey[] | undefined
} & ParamsMember<ParamsOf<Type, Schemas>> &
  SuspenseQueryOptions<ResponseOf<Type, Schemas>, Data>

/** The result of `useSuspenseSubscription`. A component re-renders only for what it reads; do not spread it. */
export type SuspenseSubscriptionResult<Data = unknown> = UseSuspenseQueryResult<Data> & SubscriptionState

/**
 * `useSubscription` for `<Suspense>`: the component suspends until the first message of its key, so `data` is always defined. It
 * is subscribed while it is suspended and while it is mounted. An error without data is thrown to the nearest error boundary.
 *
 * ```tsx
 * function Price({ symbol }: { symbol: string }) {
 *   const { data } = useSuspenseSubscription(market, { type: 'price', params: { symbol } })
 *   return <b>{data.last}</b>
 * }
 * ```
 *
 * @throws ConfigurationError as `useSubscription` does, and on a server if there is no data; a `RequestError` if the server
 * refuses.
 */
export function useSuspenseSubscription<
  const Type extends MessageType<Schemas>,
  Schemas extends object,
  Responses extends object,
  Data = ResponseOf<Type, Schemas>,
>(
  socket: TwoWayOptions<Schemas> & MessagesOption<Responses>,
  options: SuspenseSubscriptionOptions<Type, Schemas, Data>,
): SuspenseSubscriptionResult<Data>
export function useSuspenseSubscription(
  socket: TwoWayOptions,
  { liveQueries, ...options }: SuspenseSubscriptionOptions<string>,
): SuspenseSubscriptionResult {
  const { type, params } = options
  const listener = { liveQueries: () => liveQueries ?? [], onComplete: () => {} }
  const query = useSuspenseConnectionQuery(socket, options, {
    ...subscriptionFetch({ type, params }),
    hold: shared => subscriptionsOf(shared).acquire({ type, params }, listener),
  })
  return useSubscriptionState(query, liveQueries) as SuspenseSubscriptionResult
}
