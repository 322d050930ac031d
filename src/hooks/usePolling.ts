'use client'
import {
  type DefinedUseQueryResult,
  type QueryClient,
  useQuery,
  type UseQueryResult,
} from '@tanstack/react-query'
import type { PollingControls } from './pollScheduler.ts'
import type { DefinedPollingOptions, PollingOptions } from './pollingOptions.ts'
import { usePolledQuery } from './usePolledQuery.ts'

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
  return usePolledQuery(useQuery, options, queryClient)
}
