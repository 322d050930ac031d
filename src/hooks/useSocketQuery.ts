'use client'
import type { DefinedUseQueryResult, SkipToken, UseQueryResult } from '@tanstack/react-query'
import type { MessagesOption, MessageType, ResponseOf } from '../cache/messageTypes.ts'
import { assertNumbers } from '../core/validation.ts'
import { requestFetch } from '../providers/requestFetch.ts'
import type { TwoWayOptions } from '../providers/twoWayOptions.ts'
import type { DefinedSocketQueryOptions, SocketQueryOptions } from '../providers/socketQueryOptions.ts'
import { useConnectionQuery } from './useConnectionQuery.ts'

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
  return useConnectionQuery(socket, options, requestFetch({ type, params }, timeout)).query
}
