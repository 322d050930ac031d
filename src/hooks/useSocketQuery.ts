'use client'
import {
  type QueryKey,
  useQuery,
  useQueryClient,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query'
import type { MessageSchemas, NoMessages, ParamsOf, ResponseOf } from '../cache/messageTypes.ts'
import { messageKey } from '../core/envelope.ts'
import { RealtimeError } from '../core/errors.ts'
import type { SocketChannel } from '../core/socketChannel.ts'
import { socketDefinition, type SocketOptions } from './socketDefinition.ts'
import { useConnection } from './useConnection.ts'

/** What `useSocketQuery` asks, with any option of `useQuery`. */
export interface SocketQueryOptions<
  Type extends string,
  Schemas,
  Data = ResponseOf<Type, Schemas>,
> extends Omit<UseQueryOptions<ResponseOf<Type, Schemas>, Error, Data>, 'queryKey' | 'queryFn'> {
  type: Type
  params?: ParamsOf<Type, Schemas>
  /** The time for the reply (ms). Default 10,000. */
  timeout?: number | undefined
}

/**
 * Asks once over a socket, then stays live: replies and pushes with the same `type` and `params` have one key. It asks
 * again only when something was missed. A request that the server refused is not retried, unless `retry` says so.
 *
 * ```tsx
 * function Price({ symbol }: { symbol: string }) {
 *   const { data } = useSocketQuery(market, { type: 'price', params: { symbol } })
 *   return <b>{data?.last}</b>
 * }
 * ```
 *
 * @throws ConfigurationError without a `RealtimeProvider` above.
 */
export function useSocketQuery<
  const Type extends string,
  Schemas extends MessageSchemas = NoMessages,
  On = NoMessages,
  Data = ResponseOf<Type, Schemas>,
>(
  socket: SocketOptions<Schemas, On>,
  { type, params, timeout, ...options }: SocketQueryOptions<Type, Schemas, Data>,
): UseQueryResult<Data> {
  const { borrow } = useConnection(socketDefinition, socket as SocketOptions)
  const queryKey: QueryKey = messageKey(type, params)
  const { retry } = useQueryClient().defaultQueryOptions({ queryKey })
  return useQuery({
    staleTime: Infinity,
    retry: (count, error) => !isFinal(error) && wantsRetry(retry, count, error),
    ...options,
    queryKey,
    queryFn: ({ signal }) =>
      borrow(({ connection, feed }) => {
        feed.note(queryKey)
        const channel = connection.channel as SocketChannel
        return channel.request({ type, params }, { signal, timeout }) as Promise<never>
      }),
  })
}

type Retry = UseQueryOptions['retry']

/** What TanStack Query would do by the client's own `retry`. */
function wantsRetry(retry: Retry = 3, count: number, error: Error): boolean {
  if (typeof retry === 'function') return retry(count, error)
  return typeof retry === 'number' ? count < retry : retry
}

/** Whether another attempt would end the same way: the server has decided, or the application must change something. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof RealtimeError &&
    ['configuration', 'insecure-origin', 'request-failed', 'unauthorized', 'untrusted-origin'].includes(
      error.code,
    )
  )
}
