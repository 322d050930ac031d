'use client'
import type { DefinedUseQueryResult, SkipToken, UseQueryResult } from '@tanstack/react-query'
import type {
  MessagesOption,
  MessageType,
  ParamsMember,
  ParamsOf,
  ResponseOf,
} from '../cache/messageTypes.ts'
import { messageKey } from '../core/envelope.ts'
import type { SocketOutbox } from '../core/outbox.ts'
import { assertNumbers } from '../core/validation.ts'
import type { InitialData } from './pollingOptions.ts'
import { type QueryOptions, type TwoWayOptions, useConnectionQuery } from './useConnectionQuery.ts'

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
  socket: (TwoWayOptions<Schemas> & MessagesOption<Responses>) | SkipToken,
  options: DefinedSocketQueryOptions<Type, Schemas, Data>,
): DefinedUseQueryResult<Data>
export function useSocketQuery<
  const Type extends MessageType<Schemas>,
  Schemas extends object,
  Responses extends object,
  Data = ResponseOf<Type, Schemas>,
>(
  socket: (TwoWayOptions<Schemas> & MessagesOption<Responses>) | SkipToken,
  options: SocketQueryOptions<Type, Schemas, Data>,
): UseQueryResult<Data>
export function useSocketQuery(
  socket: TwoWayOptions | SkipToken,
  { timeout, ...options }: SocketQueryOptions<string>,
): UseQueryResult {
  assertNumbers({ timeout })
  const { type, params } = options
  const { query } = useConnectionQuery(socket, options, {
    async fetch({ connection, liveQueries }, signal) {
      const outbox = connection.outbox as SocketOutbox
      const response = await outbox.request({ type, params }, { signal, timeout })
      liveQueries.onResponse(messageKey(type, params))
      return response
    },
    isCurrent: ({ liveQueries }, cached) => liveQueries.isCurrent(cached),
  })
  return query
}
