'use client'
import {
  type QueryCache,
  type QueryFunction,
  type QueryKey,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { ParamsOf, ResponseOf } from '../cache/messageTypes.ts'
import { messageKey } from '../core/envelope.ts'
import { ConfigurationError } from '../core/errors.ts'
import { isEqual } from '../core/hash.ts'

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
  const client = useQueryClient()
  const queryKey = useSameKey(type, params)
  // Kept, for options that are new at each render are hashed anew, and set anew in an effect after each.
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

/** The key of a message; the same array as long as it is equal. */
function useSameKey(type: string, params: unknown): QueryKey {
  const [known, setKnown] = useState(() => ({ type, params, queryKey: messageKey(type, params) }))
  if (known.type === type && isEqual(known.params, params)) return known.queryKey
  const queryKey = messageKey(type, params)
  setKnown({ type, params, queryKey })
  return queryKey
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
