import { type Query, type QueryClient, type QueryKey, skipToken, type SkipToken } from '@tanstack/react-query'
import type { QueryFunction, UseQueryOptions } from '@tanstack/react-query'
import { messageKey } from '../core/envelope.ts'
import { withAdvice } from '../core/advice.ts'
import { ConfigurationError, ConnectionLostError, RealtimeError } from '../core/errors.ts'
import type { SharedConnection } from './sharedConnection.ts'
import type { ConnectionAccess } from './wantedConnection.ts'

/** What a fetch knows about its query. */
export interface FetchContext {
  readonly signal: AbortSignal
  /** Whether a component reads the query now. */
  isRead(): boolean
}

/** How a query gets its data over a connection. */
export interface ConnectionFetch {
  /** Resolves with the data. */
  fetch(shared: SharedConnection, context: FetchContext): Promise<unknown>
  /** Whether the data needs no fetch, because the connection keeps it current. */
  isCurrent(shared: SharedConnection, query: Query): boolean
}

/** A query of a message's key over a connection. */
interface ConnectionQueryPlan {
  queryKey: QueryKey
  access: ConnectionAccess
  how: ConnectionFetch
  /** Whether to fetch nothing, because `params` are `skipToken` or the connection is not enabled. Default `false`. */
  isSkipped?: boolean
}

/** What the connection decides about its query. */
interface ConnectionQueryOptions {
  queryKey: QueryKey
  queryFn: QueryFunction | SkipToken
  staleTime: NonNullable<UseQueryOptions['staleTime']>
  retry: NonNullable<UseQueryOptions['retry']>
  networkMode: NonNullable<UseQueryOptions['networkMode']>
  /** Whether the application has set a `staleTime`, which then decides. */
  hasStaleTime: boolean
}

/**
 * The options of a query that is fetched over a connection. What the application sets in `options` or in the query
 * client's defaults wins, except for a default `networkMode`: a connection decides itself whether it is offline.
 */
export function connectionQuery(
  queryClient: QueryClient,
  { queryKey, access, how, isSkipped = false }: ConnectionQueryPlan,
  options: Pick<UseQueryOptions, 'staleTime' | 'retry' | 'networkMode'>,
): ConnectionQueryOptions {
  refuseHash(options)
  const defaults = queryClient.getQueryDefaults(queryKey)
  const retry = options.retry ?? defaults.retry ?? queryClient.getDefaultOptions().queries?.retry
  const staleTime = options.staleTime ?? defaults.staleTime
  const find = () => queryClient.getQueryCache().find({ queryKey, exact: true })
  const isCurrent = (query: unknown) => {
    const shared = access.find()
    return shared !== undefined && how.isCurrent(shared, query as Query)
  }
  const queryFn: QueryFunction = async ({ signal }) => {
    // StrictMode mounts twice in one task. By the next microtask, the fetch of the first mount has been
    // cancelled.
    await Promise.resolve()
    if (signal.aborted) throw new ConnectionLostError()
    if (isSuspended(find()) && typeof window === 'undefined') throw refuseServer()
    const isRead = () => (find()?.getObserversCount() ?? 0) > 0
    return access.withConnection(shared => how.fetch(shared, { signal, isRead }))
  }
  return {
    queryKey,
    queryFn: isSkipped ? skipToken : queryFn,
    staleTime: staleTime ?? ((query: unknown) => (isCurrent(query) ? Infinity : 0)),
    retry:
      options.retry ??
      ((count, error) => !isFinal(error) && wantsRetry(retry ?? retryOf(find()), count, error)),
    networkMode: options.networkMode ?? 'always',
    hasStaleTime: staleTime !== undefined,
  }
}

/** The key of the query that holds the last message of this type and params. No message has the key of a skipped query. */
export function queryKeyOf(type: string, params: unknown): QueryKey {
  return params === skipToken ? [type, null] : messageKey(type, params)
}

/** Messages find their query by the key alone, so they would miss a query with a hash of its own. */
function refuseHash(options: object): void {
  const { queryHash, queryKeyHashFn } = options as Pick<UseQueryOptions, 'queryHash' | 'queryKeyHashFn'>
  if (queryHash === undefined && queryKeyHashFn === undefined) return
  const name = queryHash === undefined ? 'queryKeyHashFn' : 'queryHash'
  throw new ConfigurationError(withAdvice(`A query over a connection takes no "${name}".`, 'hash'))
}

type Retry = NonNullable<UseQueryOptions['retry']>

/** The error of a suspended query on a server. React then renders it in the browser; the digest stops Next from reporting it. */
export function refuseServer(): Error {
  const message = 'A suspended query opens no connection on a server.'
  const error = new ConfigurationError(withAdvice(message, 'server'))
  return Object.assign(error, { digest: 'BAILOUT_TO_CLIENT_SIDE_RENDERING' })
}

/** Whether `useSuspenseQuery` reads the query. */
function isSuspended(query: Query | undefined): boolean {
  return (query?.options as { suspense?: boolean } | undefined)?.suspense === true
}

/** TanStack Query's default: components retry, `fetchQuery` and similar functions do not. */
function retryOf(query: Query | undefined): Retry {
  return query?.isActive() || isSuspended(query) ? 3 : false
}

/** What TanStack Query would do with this `retry`. */
function wantsRetry(retry: Retry, count: number, error: Error): boolean {
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
