'use client'
import {
  type Query,
  type QueryFunction,
  type QueryKey,
  skipToken,
  type SkipToken,
  useQuery,
  useQueryClient,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useEffect } from 'react'
import { ConnectionLostError, RealtimeError } from '../core/errors.ts'
import type { ConnectionOptions } from '../providers/options.ts'
import type { SharedConnection } from '../providers/sharedConnection.ts'
import type { TransportDefinition } from '../providers/transportDefinition.ts'
import { socketDefinition, type SocketOptions, TRANSPORT } from './socketOptions.ts'
import type { SourceOptions } from './sourceOptions.ts'
import { useConnection, type WantedConnection } from './useConnection.ts'
import { useMessageKey } from './useMessage.ts'

/** A socket or a source. */
export type TwoWayOptions<Schemas = object> = SocketOptions<Schemas> | SourceOptions<Schemas>

/** The options of `useQuery` that the key and the connection leave open. */
export type QueryOptions<Response, Data> = Omit<
  UseQueryOptions<Response, Error, Data>,
  'queryKey' | 'queryFn'
>

/** The key of a message, and any option of `useQuery`. */
interface KeyedOptions extends Omit<UseQueryOptions, 'queryKey' | 'queryFn'> {
  type: string
  params?: unknown
}

/** How a query gets its data over a connection. */
interface ConnectionFetch {
  /** Resolves with the data. */
  fetch(shared: SharedConnection, signal: AbortSignal): Promise<unknown>
  /** Whether the data needs no fetch, because the connection keeps it current. */
  isCurrent(shared: SharedConnection, query: Query): boolean
}

/** A query of a message's key, and the connection that keeps it live. */
interface ConnectionQuery {
  query: UseQueryResult
  wanted: WantedConnection
  queryKey: QueryKey
  isEnabled: boolean
}

/** A query that is fetched over a connection and kept live by its messages. */
export function useConnectionQuery(
  given: TwoWayOptions | SkipToken,
  { type, params, ...options }: KeyedOptions,
  how: ConnectionFetch,
): ConnectionQuery {
  const client = useQueryClient()
  const isSkipped = given === skipToken || params === skipToken
  const queryKey = useMessageKey(type, params)
  const defaults = client.defaultQueryOptions({ queryKey })
  const staleTime = options.staleTime ?? client.getQueryDefaults(queryKey).staleTime
  const hasStaleTime = staleTime !== undefined
  const isEnabled = !isSkipped && isWanted(options.enabled, client.getQueryCache().get(defaults.queryHash))
  const { wanted } = useConnection(definitionOf(given), given as ConnectionOptions | SkipToken, {
    isWanted: isEnabled,
  })
  // Before `useQuery`, because effects run in this order: the connection must know its reader when the query
  // decides whether to fetch.
  useEffect(() => {
    if (isEnabled) return wanted.find()?.liveQueries.addReader(queryKey, hasStaleTime)
  }, [wanted, queryKey, isEnabled, hasStaleTime])
  const isCurrent = (query: unknown) => {
    const shared = wanted.find()
    return shared !== undefined && how.isCurrent(shared, query as Query)
  }
  const queryFn: QueryFunction = async ({ signal }) => {
    // StrictMode mounts twice in one task. By the next microtask, the fetch of the first mount has been
    // cancelled.
    await Promise.resolve()
    if (signal.aborted) throw new ConnectionLostError()
    return wanted.withConnection(shared => how.fetch(shared, signal))
  }
  const query = useQuery({
    ...options,
    staleTime: (staleTime ?? ((cached: unknown) => (isCurrent(cached) ? Infinity : 0))) as number,
    networkMode: options.networkMode ?? 'always',
    retry: options.retry ?? ((count, error) => !isFinal(error) && wantsRetry(defaults.retry, count, error)),
    queryKey,
    queryFn: isSkipped ? skipToken : queryFn,
  })
  return { query, wanted, queryKey, isEnabled }
}

/** Options of a source name their transport, so that an app without sources does not bundle it. */
function definitionOf(options: TwoWayOptions | SkipToken): TransportDefinition {
  const { [TRANSPORT]: definition = socketDefinition } = options as { [TRANSPORT]?: TransportDefinition }
  return definition
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
