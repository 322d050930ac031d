'use client'
import {
  type QueryObserverOptions,
  useQueryClient,
  type UseQueryResult,
  useSuspenseQuery,
} from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { type ConnectionFetch, connectionQuery, refuseServer } from '../providers/connectionQuery.ts'
import type { ConnectionOptions } from '../providers/options.ts'
import type { SharedConnection } from '../providers/sharedConnection.ts'
import type { QueryOptions } from '../providers/socketQueryOptions.ts'
import { definitionOf, type TwoWayOptions } from '../providers/twoWayOptions.ts'
import type { ConnectionAccess } from '../providers/wantedConnection.ts'
import { SuspendedQuery, suspendedQuery, type SuspendedReader } from './suspendedQuery.ts'
import { useConnection } from './useConnection.ts'
import type { ConnectionQuery, KeyedOptions } from './useConnectionQuery.ts'
import { useMessageKey } from './useMessage.ts'

/** The options of `QueryOptions`, except those that TanStack's `useSuspenseQuery` lacks. */
export type SuspenseQueryOptions<Response, Data> = Omit<
  QueryOptions<Response, Data>,
  'enabled' | 'throwOnError' | 'placeholderData'
>

/** How a suspended query gets its data. */
interface SuspendedFetch extends ConnectionFetch {
  /** Keeps the data current until a component commits. Returns the function that ends it. */
  hold?(shared: SharedConnection): () => void
}

/** A query over a connection for `<Suspense>`: its component suspends until there is data. */
export function useSuspenseConnectionQuery(
  given: TwoWayOptions,
  { type, params, ...options }: KeyedOptions,
  how: SuspendedFetch,
): ConnectionQuery {
  const client = useQueryClient()
  const queryKey = useMessageKey(type, params)
  const definition = definitionOf(given)
  const { wanted, options: connectionOptions } = useConnection(definition, given as ConnectionOptions)
  // `wanted` follows the options of committed renders only, and this render may never commit.
  const own = useMemo(() => wanted.for({ options: connectionOptions }), [wanted, connectionOptions])
  const access: ConnectionAccess = {
    find: () => wanted.find(),
    withConnection: task => (wanted.isLeased ? wanted : own).withConnection(task),
  }
  const { hasStaleTime, ...decided } = connectionQuery(client, { queryKey, access, how }, options)
  useEffect(
    () => wanted.find()?.liveQueries.addReader(queryKey, hasStaleTime),
    [wanted, queryKey, hasStaleTime],
  )
  const { staleTime } = decided
  const query = useSuspended({
    client,
    options: {
      ...options,
      ...decided,
      enabled: true,
      staleTime: hasStaleTime || typeof staleTime !== 'function' ? staleTime : unraised(staleTime),
    },
    wanted: own,
    join: shared => [shared.liveQueries.addReader(queryKey, hasStaleTime), how.hold?.(shared) ?? (() => {})],
  })
  return { query, wanted, queryKey, isEnabled: true }
}

/** `useSuspenseQuery` that reads its query while the component is suspended, too. */
function useSuspended(reader: SuspendedReader): UseQueryResult {
  const { client, options } = reader
  const cache = client.getQueryCache()
  const defaulted = client.defaultQueryOptions(options)
  const { queryHash } = defaulted
  const query = cache.get(queryHash)
  // A reader without a queryFn has built it. TanStack Query before 5.107 would not add this queryFn.
  if (query && !query.options.queryFn) query.setOptions(defaulted)
  // In a microtask: by then, the component's own effects hold the connection.
  useEffect(() => queueMicrotask(() => suspendedQuery(cache.get(queryHash))?.end()))
  const known = suspendedQuery(query)
  if (known?.isWaiting) throw known.rendered()
  void known?.rendered()
  if (query?.state.data === undefined && typeof window === 'undefined') throw refuseServer()
  try {
    return useSuspenseQuery(options as never, client) as UseQueryResult
  } catch (thrown) {
    if (!(thrown instanceof Promise)) {
      // The error boundary handles it, so nothing is suspended any more.
      if (known) queueMicrotask(() => known.end())
      throw thrown
    }
    const built = cache.get(queryHash)
    if (!built) throw thrown
    const suspended = suspendedQuery(built) ?? new SuspendedQuery(built, reader)
    suspended.follow(thrown)
    throw suspended.rendered()
  }
}

type StaleTime = Extract<QueryObserverOptions['staleTime'], (...parameters: never) => unknown>

/**
 * TanStack Query raises a `staleTime` to 1 s for suspense, so that a component does not refetch the data it waited for. Here the
 * connection decides whether data is current: data from elsewhere may lack updates, however new it is. `NaN` is never raised.
 */
function unraised(staleTime: StaleTime): StaleTime {
  return query => staleTime(query) || NaN
}
