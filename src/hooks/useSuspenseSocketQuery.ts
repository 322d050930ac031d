'use client'
import type { UseSuspenseQueryResult } from '@tanstack/react-query'
import type {
  MessagesOption,
  MessageType,
  ParamsMember,
  ParamsOf,
  ResponseOf,
} from '../cache/messageTypes.ts'
import { assertNumbers } from '../core/validation.ts'
import { requestFetch } from '../providers/requestFetch.ts'
import type { TwoWayOptions } from '../providers/twoWayOptions.ts'
import { type SuspenseQueryOptions, useSuspenseConnectionQuery } from './useSuspenseConnectionQuery.ts'

/** The request of `useSuspenseSocketQuery`, with any option of `useSuspenseQuery`. `params` are required if they are declared. */
export type SuspenseSocketQueryOptions<
  Type extends string,
  Schemas = object,
  Data = ResponseOf<Type, Schemas>,
> = {
  type: Type
  /** How long to wait for the reply (ms). Default 10,000. */
  timeout?: number | undefined
} & ParamsMember<ParamsOf<Type, Schemas>> &
  SuspenseQueryOptions<ResponseOf<Type, Schemas>, Data>

/**
 * `useSocketQuery` for `<Suspense>`: the component suspends until the reply arrives, so `data` is always defined. Then it
 * stays live. An error without data is thrown to the nearest error boundary.
 *
 * ```tsx
 * function Price({ symbol }: { symbol: string }) {
 *   const { data } = useSuspenseSocketQuery(market, { type: 'price', params: { symbol } })
 *   return <b>{data.last}</b>
 * }
 * ```
 *
 * @throws ConfigurationError as `useSocketQuery` does, and on a server if there is no data; the error of a request that failed.
 */
export function useSuspenseSocketQuery<
  const Type extends MessageType<Schemas>,
  Schemas extends object,
  Responses extends object,
  Data = ResponseOf<Type, Schemas>,
>(
  socket: TwoWayOptions<Schemas> & MessagesOption<Responses>,
  options: SuspenseSocketQueryOptions<Type, Schemas, Data>,
): UseSuspenseQueryResult<Data>
export function useSuspenseSocketQuery(
  socket: TwoWayOptions,
  { timeout, ...options }: SuspenseSocketQueryOptions<string>,
): UseSuspenseQueryResult {
  assertNumbers({ timeout })
  const { type, params } = options
  const { query } = useSuspenseConnectionQuery(socket, options, requestFetch({ type, params }, timeout))
  return query as UseSuspenseQueryResult
}
