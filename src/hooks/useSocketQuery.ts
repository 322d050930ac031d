'use client'
import {
  type Query,
  type QueryFunction,
  skipToken,
  type SkipToken,
  useQuery,
  useQueryClient,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useEffect } from 'react'
import type { MessageSchemas, NoMessages, ParamsOf, ResponseOf } from '../cache/messageTypes.ts'
import { ConnectionLostError, RealtimeError } from '../core/errors.ts'
import { assertNumbers } from '../core/numberOptions.ts'
import type { SocketChannel } from '../core/socketChannel.ts'
import { socketDefinition, type SocketOptions } from './socketDefinition.ts'
import { useConnection } from './useConnection.ts'
import { useMessageKey } from './useMessageKey.ts'

/** What `useSocketQuery` asks, with any option of `useQuery`. */
export interface SocketQueryOptions<
  Type extends string,
  Schemas,
  Data = ResponseOf<Type, Schemas>,
> extends Omit<UseQueryOptions<ResponseOf<Type, Schemas>, Error, Data>, 'queryKey' | 'queryFn'> {
  type: Type
  /** `skipToken`: no connection and no request yet. */
  params?: ParamsOf<Type, Schemas> | SkipToken
  /** The time for the reply (ms). Default 10,000. */
  timeout?: number | undefined
}

/**
 * Sends one request over a socket, then stays live: replies and pushes with the same `type` and `params` have one key. It
 * sends another only when something may have been missed: after a gap, for data that came from elsewhere (hydrated,
 * persisted, seeded), and for data that no component has read for a while. A `staleTime` of yours decides instead.
 * A request that the server refused is not retried, unless `retry` says so.
 *
 * ```tsx
 * function Price({ symbol }: { symbol: string }) {
 *   const { data } = useSocketQuery(market, { type: 'price', params: { symbol } })
 *   return <b>{data?.last}</b>
 * }
 * ```
 *
 * @throws ConfigurationError without a `RealtimeProvider` above, or for a `timeout` that makes no sense.
 */
export function useSocketQuery<
  const Type extends string,
  Schemas extends MessageSchemas = NoMessages,
  On = NoMessages,
  Data = ResponseOf<Type, Schemas>,
>(
  socket: SocketOptions<Schemas, On> | SkipToken,
  { type, params, timeout, ...options }: SocketQueryOptions<Type, Schemas, Data>,
): UseQueryResult<Data> {
  const client = useQueryClient()
  assertNumbers({ timeout })
  const isSkipped = socket === skipToken || params === skipToken
  const queryKey = useMessageKey(type, params)
  const defaults = client.defaultQueryOptions({ queryKey })
  const staleTime = options.staleTime ?? client.getQueryDefaults(queryKey).staleTime
  const hasStaleTime = staleTime !== undefined
  const isEnabled = !isSkipped && isWanted(options.enabled, client.getQueryCache().get(defaults.queryHash))
  const { borrow, current } = useConnection(socketDefinition, socket as SocketOptions | SkipToken, isEnabled)
  // Before `useQuery`, because effects run in this order: the connection knows its reader when that decides to fetch.
  useEffect(() => {
    if (isEnabled) return current()?.feed.join(queryKey, hasStaleTime)
  }, [current, queryKey, isEnabled, hasStaleTime])
  const isCurrent = (query: unknown) => current()?.feed.isCurrent(query as Query) ?? false
  const request: QueryFunction = async ({ signal }) => {
    // StrictMode mounts twice in one task, and the request of the first mount has been cancelled by then.
    await Promise.resolve()
    if (signal.aborted) throw new ConnectionLostError()
    return borrow(async ({ connection, feed }) => {
      const channel = connection.channel as SocketChannel
      const response = await channel.request({ type, params }, { signal, timeout })
      feed.answered(queryKey)
      return response
    })
  }
  return useQuery({
    ...options,
    staleTime: (staleTime ?? ((query: unknown) => (isCurrent(query) ? Infinity : 0))) as number,
    networkMode: options.networkMode ?? 'always',
    retry: options.retry ?? ((count, error) => !isFinal(error) && wantsRetry(defaults.retry, count, error)),
    queryKey,
    queryFn: (isSkipped ? skipToken : request) as QueryFunction<ResponseOf<Type, Schemas>>,
  })
}

function isWanted(enabled: unknown, query: Query | undefined): boolean {
  if (typeof enabled !== 'function') return enabled !== false
  return !query || (enabled as (query: Query) => boolean)(query)
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
