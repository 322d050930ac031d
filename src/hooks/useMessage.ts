'use client'
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { ParamsOf, ResponseOf } from '../cache/messageTypes.ts'
import { messageKey } from '../core/envelope.ts'

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
  return useQuery<ResponseOf<Type>>({
    queryKey: messageKey(type, params),
    enabled: false,
    staleTime: Infinity,
  })
}
