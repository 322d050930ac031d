'use client'
import {
  type QueryCache,
  type QueryKey,
  type SkipToken,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { MessagesOption, MessageType, ResponseOf } from '../cache/messageTypes.ts'
import { subscriptionsOf } from '../cache/subscribedQueries.ts'
import type { RequestEnvelope } from '../core/requests.ts'
import type { SubscriptionOptions } from '../providers/socketQueryOptions.ts'
import { subscriptionFetch } from '../providers/subscriptionFetch.ts'
import type { TwoWayOptions } from '../providers/twoWayOptions.ts'
import type { WantedConnection } from '../providers/wantedConnection.ts'
import { type SnapshotSource, useTrackedReads } from './trackReads.ts'
import { type ConnectionQuery, useConnectionQuery } from './useConnectionQuery.ts'

/** What `useSubscription` adds to a query's result. */
export interface SubscriptionState {
  /** Whether the server has ended the subscription. Nothing more comes, until `refetch()`. */
  readonly isComplete: boolean
}

/** The result of `useSubscription`. A component re-renders only for what it reads; do not spread it. */
export type SubscriptionResult<Data = unknown> = UseQueryResult<Data> & SubscriptionState

const NOT_COMPLETE: SubscriptionState = { isComplete: false }
const COMPLETE: SubscriptionState = { isComplete: true }

/**
 * Subscribes to one key over a socket or a source while the component is mounted. The first component that wants a key
 * subscribes, and the last one to leave unsubscribes, `closeDelay` later. The query is pending until the first message.
 * After a reconnect it is stale until the server speaks of it again. `refetch()` subscribes again.
 *
 * ```tsx
 * function Price({ symbol }: { symbol: string }) {
 *   const { data, error } = useSubscription(market, { type: 'price', params: { symbol } })
 *   if (error) return <i>{error.message}</i>
 *   return <b>{data?.last}</b>
 * }
 * ```
 *
 * @throws ConfigurationError without a `RealtimeProvider` above. The query's `error` is a `RequestError` if the server refuses.
 */
export function useSubscription<
  const Type extends MessageType<Schemas>,
  Schemas extends object,
  Responses extends object,
  Data = ResponseOf<Type, Schemas>,
>(
  socket: (TwoWayOptions<Schemas> & MessagesOption<Responses>) | SkipToken,
  options: SubscriptionOptions<Type, Schemas, Data>,
): SubscriptionResult<Data>
export function useSubscription(
  socket: TwoWayOptions | SkipToken,
  { liveQueries, ...options }: SubscriptionOptions<string>,
): SubscriptionResult {
  const { type, params } = options
  const how = subscriptionFetch({ type, params })
  return useSubscriptionState(useConnectionQuery(socket, options, how), liveQueries)
}

/** Subscribes to the key of a query while the component is mounted, and adds the subscription's state to its result. */
export function useSubscriptionState(
  { query, wanted, queryKey, isEnabled }: ConnectionQuery,
  liveQueries: readonly QueryKey[] = NO_KEYS,
): SubscriptionResult {
  const user = useMemo(() => new SubscriptionUser(wanted, queryKey, isEnabled), [wanted, queryKey, isEnabled])
  useEffect(() => user.setLiveQueries(liveQueries), [user, liveQueries])
  const cache = useQueryClient().getQueryCache()
  useEffect(() => {
    if (isEnabled) return () => queueMicrotask(() => cancelUnwanted(cache, queryKey))
  }, [cache, queryKey, isEnabled])
  // Neither spread nor copied: reading a property of the query's result subscribes to it.
  return useTrackedReads(user, NOT_COMPLETE, Object.create(query) as UseQueryResult)
}

const NO_KEYS: readonly QueryKey[] = []

/**
 * Cancels the fetch of a query without an active observer. TanStack Query does so only once it has no observers at all, but
 * this fetch has no timeout, and it holds the subscription and the connection.
 */
function cancelUnwanted(cache: QueryCache, queryKey: QueryKey): void {
  const query = cache.find({ queryKey, exact: true })
  if (query && !query.isActive() && query.state.fetchStatus !== 'idle') void query.cancel({ revert: true })
}

/** One component that wants a key. It holds the subscription while it is mounted. */
class SubscriptionUser implements SnapshotSource<SubscriptionState> {
  #liveQueries: readonly QueryKey[] = NO_KEYS
  readonly #wanted: WantedConnection
  readonly #envelope: RequestEnvelope
  readonly #queryKey: QueryKey
  readonly #isEnabled: boolean

  constructor(wanted: WantedConnection, queryKey: QueryKey, isEnabled: boolean) {
    const [type, params] = queryKey as [string, unknown]
    this.#wanted = wanted
    this.#queryKey = queryKey
    this.#envelope = { type, params }
    this.#isEnabled = isEnabled
  }

  get snapshot(): SubscriptionState {
    return this.#find()?.isComplete ? COMPLETE : NOT_COMPLETE
  }

  subscribe = (listener: (state: SubscriptionState) => void): (() => void) => {
    const shared = this.#isEnabled ? this.#wanted.find() : undefined
    if (!shared) return () => undefined
    return subscriptionsOf(shared).acquire(this.#envelope, {
      liveQueries: () => this.#liveQueries,
      onComplete: () => listener(this.snapshot),
    })
  }

  /** Of the latest commit. */
  setLiveQueries(liveQueries: readonly QueryKey[]): void {
    this.#liveQueries = liveQueries
  }

  #find() {
    const shared = this.#isEnabled ? this.#wanted.find() : undefined
    return shared && subscriptionsOf(shared).find(shared.liveQueries.hashOf(this.#queryKey))
  }
}
