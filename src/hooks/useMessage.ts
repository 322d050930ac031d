'use client'
import {
  type QueryCache,
  type QueryFunction,
  type SkipToken,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useMemo } from 'react'
import type { MessageType, ParamsArgument, ParamsOf, ResponseOf } from '../cache/messageTypes.ts'
import { ConfigurationError } from '../core/errors.ts'
import { useMessageKey } from './useMessageKey.ts'

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
        queryFn: context => askElsewhere(client.getQueryCache(), context) as ResponseOf<Type>,
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
function askElsewhere(cache: QueryCache, context: Parameters<QueryFunction>[0]): unknown {
  const { observers = [] } = cache.find({ queryKey: context.queryKey, exact: true }) ?? {}
  const asker = observers.find(({ options }) => options.enabled !== false)
  const ask = asker?.options.queryFn as QueryFunction | undefined
  if (ask) return ask(context)
  throw new ConfigurationError('useMessage never fetches: use useSocketQuery, or your own queryFn.')
}
