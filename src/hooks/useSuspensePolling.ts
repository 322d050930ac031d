'use client'
import { type QueryClient, useSuspenseQuery, type UseSuspenseQueryResult } from '@tanstack/react-query'
import type { UnskippedPollingOptions } from './pollingOptions.ts'
import type { PollingControls } from './pollScheduler.ts'
import { usePolledQuery } from './usePolledQuery.ts'

/** The options of `useSuspensePolling`: those of `usePolling`, except those that TanStack's `useSuspenseQuery` lacks. */
export type SuspensePollingOptions<QueryData = unknown, Err = Error, Data = QueryData> = Omit<
  UnskippedPollingOptions<QueryData, Err, Data>,
  'enabled' | 'throwOnError' | 'placeholderData'
>

/**
 * The result of `useSuspensePolling`: that of `useSuspenseQuery` and more. A component re-renders only for what it reads;
 * do not spread it.
 */
export type SuspensePollingResult<Data = unknown, Err = Error> = UseSuspenseQueryResult<Data, Err> &
  PollingControls

/**
 * `usePolling` for `<Suspense>`: the component suspends until the first poll has succeeded, so `data` is always defined. An
 * error without data is thrown to the nearest error boundary. Later errors keep the data, and the next poll is the retry.
 *
 * ```tsx
 * function JobStatus({ id }: { id: string }) {
 *   const { data: job, isPolling } = useSuspensePolling<Job>({ url: `/jobs/${id}`, interval: 2_000 })
 *   return <progress value={job.progress} aria-busy={isPolling} />
 * }
 * ```
 *
 * @throws ConfigurationError as `usePolling` does, and the error of a first poll that failed.
 */
export function useSuspensePolling<QueryData = unknown, Err = Error, Data = QueryData>(
  options: SuspensePollingOptions<QueryData, Err, Data>,
  queryClient?: QueryClient,
): SuspensePollingResult<Data, Err>
export function useSuspensePolling(
  options: SuspensePollingOptions,
  queryClient?: QueryClient,
): SuspensePollingResult {
  const result: unknown = usePolledQuery(useSuspenseQuery, { ...options, enabled: true }, queryClient)
  return result as SuspensePollingResult
}
