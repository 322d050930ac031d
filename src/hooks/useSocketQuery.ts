'use client'
import {
  type DefinedUseQueryResult,
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
import type {
  MessagesOption,
  MessageType,
  ParamsMember,
  ParamsOf,
  ResponseOf,
} from '../cache/messageTypes.ts'
import { ConnectionLostError, RealtimeError } from '../core/errors.ts'
import { assertNumbers } from '../core/validation.ts'
import type { SocketOutbox } from '../core/outbox.ts'
import { socketDefinition, type SocketOptions } from './socketOptions.ts'
import type { InitialData } from './pollingOptions.ts'
import { useConnection } from './useConnection.ts'
import { useMessageKey } from './useMessage.ts'

type QueryOptions<Response, Data> = Omit<UseQueryOptions<Response, Error, Data>, 'queryKey' | 'queryFn'>

/**
 * The request of `useSocketQuery`, with any option of `useQuery`. `params` are required if they are declared;
 * pass `skipToken` instead to open no connection and send no request yet.
 */
export type SocketQueryOptions<Type extends string, Schemas = object, Data = ResponseOf<Type, Schemas>> = {
  type: Type
  /** How long to wait for the reply (ms). Default 10,000. */
  timeout?: number | undefined
} & ParamsMember<ParamsOf<Type, Schemas> | SkipToken> &
  QueryOptions<ResponseOf<Type, Schemas>, Data>

/** The options of `useSocketQuery` with `initialData`: there is always data. */
export type DefinedSocketQueryOptions<
  Type extends string,
  Schemas = object,
  Data = ResponseOf<Type, Schemas>,
> = SocketQueryOptions<Type, Schemas, Data> & InitialData<ResponseOf<Type, Schemas>>

/**
 * Sends one request over a socket, then stays live: replies and pushes with the same `type` and `params` share a key.
 * It sends another request only when updates may have been missed: after a gap, for data from elsewhere (hydrated,
 * persisted, seeded), and for data that no component has read for a while. To decide yourself, set `staleTime`.
 * A request that the server refused is not retried, unless `retry` says so.
 *
 * ```tsx
 * function Price({ symbol }: { symbol: string }) {
 *   const { data } = useSocketQuery(market, { type: 'price', params: { symbol } })
 *   return <b>{data?.last}</b>
 * }
 * ```
 *
 * @throws ConfigurationError without a `RealtimeProvider` above, or for an invalid `timeout`.
 */
export function useSocketQuery<
  const Type extends MessageType<Schemas>,
  Schemas extends object,
  Responses extends object,
  Data = ResponseOf<Type, Schemas>,
>(
  socket: (SocketOptions<Schemas> & MessagesOption<Responses>) | SkipToken,
  options: DefinedSocketQueryOptions<Type, Schemas, Data>,
): DefinedUseQueryResult<Data>
export function useSocketQuery<
  const Type extends MessageType<Schemas>,
  Schemas extends object,
  Responses extends object,
  Data = ResponseOf<Type, Schemas>,
>(
  socket: (SocketOptions<Schemas> & MessagesOption<Responses>) | SkipToken,
  options: SocketQueryOptions<Type, Schemas, Data>,
): UseQueryResult<Data>
export function useSocketQuery(
  socket: SocketOptions | SkipToken,
  { type, params, timeout, ...options }: SocketQueryOptions<string>,
): UseQueryResult {
  const client = useQueryClient()
  assertNumbers({ timeout })
  const isSkipped = socket === skipToken || params === skipToken
  const queryKey = useMessageKey(type, params)
  const defaults = client.defaultQueryOptions({ queryKey })
  const staleTime = options.staleTime ?? client.getQueryDefaults(queryKey).staleTime
  const hasStaleTime = staleTime !== undefined
  const isEnabled = !isSkipped && isWanted(options.enabled, client.getQueryCache().get(defaults.queryHash))
  const { wanted } = useConnection(socketDefinition, socket, { isWanted: isEnabled })
  // Before `useQuery`, because effects run in this order: the connection must know its reader when the query
  // decides whether to fetch.
  useEffect(() => {
    if (isEnabled) return wanted.find()?.liveQueries.addReader(queryKey, hasStaleTime)
  }, [wanted, queryKey, isEnabled, hasStaleTime])
  const isCurrent = (query: unknown) => wanted.find()?.liveQueries.isCurrent(query as Query) ?? false
  const request: QueryFunction = async ({ signal }) => {
    // StrictMode mounts twice in one task. By the next microtask, the request of the first mount has been
    // cancelled.
    await Promise.resolve()
    if (signal.aborted) throw new ConnectionLostError()
    return wanted.withConnection(async ({ connection, liveQueries }) => {
      const outbox = connection.outbox as SocketOutbox
      const response = await outbox.request({ type, params }, { signal, timeout })
      liveQueries.onResponse(queryKey)
      return response
    })
  }
  return useQuery({
    ...options,
    staleTime: (staleTime ?? ((query: unknown) => (isCurrent(query) ? Infinity : 0))) as number,
    networkMode: options.networkMode ?? 'always',
    retry: options.retry ?? ((count, error) => !isFinal(error) && wantsRetry(defaults.retry, count, error)),
    queryKey,
    queryFn: isSkipped ? skipToken : request,
  })
}

function isWanted(enabled: unknown, query: Query | undefined): boolean {
  if (typeof enabled !== 'function') return enabled !== false
  return !query || (enabled as (query: Query) => boolean)(query)
}

type Retry = UseQueryOptions['retry']

/** What TanStack Query would do with the client's own `retry`. */
function wantsRetry(retry: Retry = 3, count: number, error: Error): boolean {
  if (typeof retry === 'function') return retry(count, error)
  return typeof retry === 'number' ? count < retry : retry
}

/**
 * Whether another attempt would end the same way, because the server has decided or the application must
 * change something.
 */
function isFinal(error: unknown): boolean {
  return (
    error instanceof RealtimeError &&
    ['configuration', 'insecure-origin', 'request-failed', 'unauthorized', 'untrusted-origin'].includes(
      error.code,
    )
  )
}
