'use client'
import {
  type DefinedUseQueryResult,
  type QueryClient,
  type QueryKey,
  skipToken,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useContext, useEffect, useMemo } from 'react'
import { assertNumbers, withDefaults } from '../core/validation.ts'
import { RealtimeContext, refuseMissingProvider } from '../providers/RealtimeContext.ts'
import { pollRequest } from './pollRequest.ts'
import { NO_POLLING, type PollingState, PollUser } from './pollScheduler.ts'
import { type DefinedPollingOptions, pollingKey, type PollingOptions } from './pollingOptions.ts'
import { useTrackedReads } from './trackReads.ts'

/** What `usePolling` adds to a query's result. */
export interface PollingControls extends PollingState {
  /** Pauses the polls of this key, for all components, until `resume()`. */
  pause(): void
  /** Ends `pause()`, with one poll at once. Also polls once if an error has ended the polls. */
  resume(): void
}

/**
 * The result of `usePolling`: that of `useQuery` and more. A component re-renders only for what it reads; do
 * not spread it.
 */
export type PollingResult<Data = unknown, Err = Error> = UseQueryResult<Data, Err> & PollingControls

/** The result of `usePolling` with `initialData`: there is always data. */
export type DefinedPollingResult<Data = unknown, Err = Error> = DefinedUseQueryResult<Data, Err> &
  PollingControls

/**
 * A query that is fetched at an interval, by `url` or by a `queryFn`. Unchanged data re-renders nothing: polls of a
 * `url` send the validators of the cached data (`ETag`, `Last-Modified`), and a 304, a 204 or an equal body keeps it.
 * Polls never overlap, pause while the page is hidden, slow down while offline, and back off after errors.
 * `dataUpdatedAt` is when the data was last known to be current, including by a 304.
 *
 * ```tsx
 * function JobStatus({ id }: { id: string }) {
 *   const { data: job, error, isPolling } = usePolling<Job>({
 *     url: `/jobs/${id}`,
 *     interval: job => (job?.state === 'queued' ? 10_000 : 2_000),
 *     stopWhen: job => job?.state === 'done',
 *   })
 *   if (!job) return <p>{error ? error.message : 'Loading…'}</p>
 *   return <progress value={job.progress} aria-busy={isPolling} />
 * }
 * ```
 *
 * @throws ConfigurationError for a `url` without a `RealtimeProvider` above, or for a `queryFn` or a `url` function
 * without a `queryKey`. The query's `error` is a `ConnectionFailedError` with its `status`. The statuses 404 and 410 end the polls of
 * a `url`, as do `UnauthorizedError`, `UntrustedOriginError`, `InsecureOriginError` and `ConfigurationError`. `resume()` or
 * `refetch()` polls once more, and polling continues if that succeeds.
 */
export function usePolling<QueryData = unknown, Err = Error, Data = QueryData>(
  options: DefinedPollingOptions<QueryData, Err, Data>,
  queryClient?: QueryClient,
): DefinedPollingResult<Data, Err>
export function usePolling<QueryData = unknown, Err = Error, Data = QueryData>(
  options: PollingOptions<QueryData, Err, Data>,
  queryClient?: QueryClient,
): PollingResult<Data, Err>
export function usePolling(options: PollingOptions, queryClient?: QueryClient): PollingResult {
  const client = useQueryClient(queryClient)
  const cache = client.getQueryCache()
  const own = useQueryOptions(options, client)
  const { queryHash, interval, whenHidden, stopWhen, backoff } = own
  const enabled = own.subscribed !== false && own.queryFn !== skipToken && own.enabled
  const result = useQuery(own as never, client) as UseQueryResult
  // Also makes TanStack track what is read: with nothing read, it would re-render for everything.
  const { refetch } = result

  const user = useMemo(() => new PollUser(cache, queryHash), [cache, queryHash])
  useEffect(() => {
    const rhythm = { enabled, interval, whenHidden, stopWhen, backoff }
    user.commit(rhythm, refetch)
  }, [user, enabled, interval, whenHidden, stopWhen, backoff, refetch])
  const { pause, resume } = user
  // Neither spread nor copied: reading a property of the query's result subscribes to it.
  const base = Object.assign(Object.create(result) as UseQueryResult, { pause, resume })
  return useTrackedReads(user, NO_POLLING, base)
}

type OwnOptions = PollingOptions & { queryKey: QueryKey; queryHash: string }

/** Pausing while offline, and polling on return, are handled here. */
const POLLED = {
  retry: false,
  networkMode: 'always',
  refetchOnReconnect: false,
  refetchOnWindowFocus: false,
} as const

/** The options for `useQuery`, with the client's defaults. */
function useQueryOptions(options: PollingOptions, client: QueryClient): OwnOptions {
  const context = useContext(RealtimeContext)
  const { url, queryFn, queryKey = pollingKey(url) } = options
  assertNumbers(options)
  const own = client.defaultQueryOptions({
    ...withDefaults(POLLED, options),
    queryKey,
    refetchInterval: false,
  }) as unknown as OwnOptions
  if (url === undefined || queryFn) return own
  const realtime = context ?? refuseMissingProvider()
  own.queryFn = ({ signal }) => {
    const query = client.getQueryCache().get(own.queryHash)
    return pollRequest({ client: realtime, query, signal, options: { ...own, url } })
  }
  return own
}
