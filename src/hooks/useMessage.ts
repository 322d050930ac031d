'use client'
import {
  type QueryCache,
  type QueryFunction,
  type QueryKey,
  type SkipToken,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { MessageType, ParamsArgument, ParamsOf, ResponseOf } from '../cache/messageTypes.ts'
import { ConfigurationError } from '../core/errors.ts'
import { readersOf } from '../cache/queryReaders.ts'
import { isEqual } from '../core/hash.ts'
import { queryKeyOf } from '../providers/connectionQuery.ts'

/**
 * The last message of a type, from any connection. It never fetches. While it is mounted, such messages are
 * kept in the cache.
 *
 * ```tsx
 * const { data: notice } = useMessage('notice')
 * const { data: price } = useMessage('price', { symbol: 'BTC' })
 * ```
 */
export function useMessage<const Type extends MessageType>(
  type: Type,
  ...[params]: ParamsArgument<ParamsOf<Type> | SkipToken>
): UseQueryResult<ResponseOf<Type>> {
  const client = useQueryClient()
  const queryKey = useMessageKey(type, params)
  // Memoised: new options would be hashed on every render and set again in an effect.
  const options = useMemo(
    () =>
      client.defaultQueryOptions<ResponseOf<Type>>({
        queryKey,
        queryFn: context => fetchElsewhere(client.getQueryCache(), context) as ResponseOf<Type>,
        enabled: false,
        staleTime: Infinity,
      }),
    [client, queryKey],
  )
  return useQuery(options)
}

/**
 * TanStack Query warns about a query without a function, and calls that of the observer rendered last. This
 * one hands over to a component that can fetch the same key, such as one with `useSocketQuery`.
 */
function fetchElsewhere(cache: QueryCache, context: Parameters<QueryFunction>[0]): unknown {
  const { observers = [] } = cache.find({ queryKey: context.queryKey, exact: true }) ?? {}
  const fetcher = observers.find(({ options }) => options.enabled !== false)
  const queryFn = fetcher?.options.queryFn as QueryFunction | undefined
  if (queryFn) return queryFn(context)
  throw new ConfigurationError('useMessage never fetches: use useSocketQuery, or your own queryFn.')
}

/**
 * The query key of a message, for the hook that reads it. It is the same array as long as it is equal, but a
 * new one after the query was removed from the cache (`clear`, `removeQueries`): TanStack Query leaves an
 * observer without its query until it gets new options. The query itself is restored at once, so that the
 * next message finds it.
 */
export function useMessageKey(type: string, params: unknown): QueryKey {
  const client = useQueryClient()
  const [known, setKnown] = useState(() => ({ type, params, queryKey: queryKeyOf(type, params) }))
  const isKnown = known.type === type && (known.params === params || isEqual(known.params, params))
  const current = isKnown ? known : { type, params, queryKey: queryKeyOf(type, params) }
  if (!isKnown) setKnown(current)
  const { queryKey } = current
  useEffect(() => {
    const cache = client.getQueryCache()
    const options = client.defaultQueryOptions({ queryKey })
    return readersOf(cache).onRemoved(options.queryHash, () => {
      cache.build(client, options)
      setKnown(before => (before.queryKey === queryKey ? { ...before, queryKey: [...queryKey] } : before))
    })
  }, [client, queryKey])
  return queryKey
}
