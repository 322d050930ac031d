'use client'
import {
  type QueryCache,
  type QueryFunction,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import type { ParamsOf, ResponseOf } from '../cache/messageTypes.ts'
import { messageKey } from '../core/envelope.ts'
import { ConfigurationError } from '../core/errors.ts'

/**
 * The last message of a type, whichever connection brought it. It never fetches, and mounting it is enough for such
 * messages to be kept.
 *
 * ```tsx
 * const { data: notice } = useMessage('notice')
 * const { data: price } = useMessage('price', { symbol: 'BTC' })
 * ```
 */
export function useMessage<const Type extends string>(
  type: Type,
  params?: ParamsOf<Type>,
): UseQueryResult<ResponseOf<Type>> {
  const cache = useQueryClient().getQueryCache()
  return useQuery<ResponseOf<Type>>({
    queryKey: messageKey(type, params),
    queryFn: context => askElsewhere(cache, context) as ResponseOf<Type>,
    enabled: false,
    staleTime: Infinity,
  })
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
