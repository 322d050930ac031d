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
 * The last message of a type, whichever connection brought it. It never fetches, and mounting it is enough for such
 * messages to be kept.
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
 * TanStack warns of a query that has no function, and asks the one rendered last: here that hands over to a component
 * that does ask for the same key, as with `useSocketQuery`.
 */
function askElsewhere(cache: QueryCache, context: Parameters<QueryFunction>[0]): unknown {
  const { observers = [] } = cache.find({ queryKey: context.queryKey, exact: true }) ?? {}
  const asker = observers.find(({ options }) => options.enabled !== false)
  const ask = asker?.options.queryFn as QueryFunction | undefined
  if (ask) return ask(context)
  throw new ConfigurationError('useMessage never asks: use useSocketQuery, or a queryFn of your own.')
}
