import type { DataTag, QueryKey, UseQueryOptions } from '@tanstack/react-query'
import type { AttachToken } from '../core/attachToken.ts'
import type { BackoffOptions } from '../core/backoff.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { HeadersOption } from '../core/headers.ts'
import type { UrlSource } from '../core/prepareRequest.ts'
import type { MessageMeta } from '../core/transport.ts'
import type { InitialData } from './initialData.ts'

type QueryOptions<QueryData, Err, Data> = Omit<
  UseQueryOptions<QueryData, Err, Data>,
  'queryKey' | 'refetchInterval' | 'refetchIntervalInBackground'
>

/** When polls come, and when they do not. Where components share a key, the shortest interval counts. */
export interface PollingRhythm<QueryData = unknown, Err = Error> {
  /** From the end of one poll to the next (ms), or a function of the query's data. `false` or 0: none. */
  interval: number | ((data: QueryData | undefined) => number | false)
  /** Whether to pause while the page is hidden. Default `'pause'`: when it is visible again, it polls at once. */
  whenHidden?: 'pause' | 'stay' | undefined
  /**
   * Polls stop while it returns `true`: a job is done, or an error is permanent. It is called once there is data or an
   * error. `error` is that of the last poll, `null` if the poll succeeded. `data` is `undefined` until a poll succeeds.
   */
  stopWhen?: ((data: QueryData | undefined, error: Err | null) => boolean) | undefined
  /** After errors (ms). Default: twice the interval, doubled up to 30 s; with jitter, never sooner than the interval. */
  backoff?: Partial<BackoffOptions> | undefined
}

/** The options of `usePolling`: those of `useQuery`, and these. `retry` is off, because the next poll is the retry. */
export interface PollingOptions<QueryData = unknown, Err = Error, Data = QueryData>
  extends QueryOptions<QueryData, Err, Data>, PollingRhythm<QueryData, Err> {
  /**
   * Asked with GET for JSON; needs a `RealtimeProvider`. Or give a `queryFn`, which needs none. A server of another origin
   * must expose `ETag` and `Retry-After` (`Access-Control-Expose-Headers`) for them to be read. It is sent validators only
   * if it exposes `ETag` and allows `If-None-Match` and `If-Modified-Since` (`Access-Control-Allow-Headers`).
   */
  url?: UrlSource | undefined
  /** Default `['poll', url]`. Required with a `queryFn` or a `url` function. */
  queryKey?: QueryKey | undefined
  /** With `url`: sent with each poll. */
  headers?: HeadersOption | undefined
  /**
   * With `url`: makes the data of a body, given as text with `{ status, headers }` of its response. Default: JSON.
   * Synchronous; a throw or a promise fails the poll.
   */
  parse?: ((body: string, meta: MessageMeta) => QueryData) | undefined
  /** With `url`: as `fetch` takes it. Default `'same-origin'`. */
  credentials?: RequestCredentials | undefined
  /** With `url`: overrides the provider's. */
  attachToken?: AttachToken | undefined
  /** With `url`: a poll without a response within this time fails (ms). Default 30,000. */
  timeout?: number | undefined
  /** With `url`: a larger body is an error (bytes). Default: the provider's, 1 MiB. */
  maxMessageBytes?: number | undefined
}

/** The options of `usePolling` with `initialData`: there is always data. */
export type DefinedPollingOptions<QueryData = unknown, Err = Error, Data = QueryData> = PollingOptions<
  QueryData,
  Err,
  Data
> &
  InitialData<QueryData>

/** The key of a poll, which carries the type of its data. */
export interface PollingKey<QueryData> {
  queryKey: DataTag<QueryKey, QueryData>
}

/**
 * A typed definition of a poll, to be shared between components as `queryOptions` is.
 *
 * ```ts
 * export const jobPoll = (id: string) => pollingOptions<Job>({ url: `/jobs/${id}`, interval: 2_000 })
 * const job = queryClient.getQueryData(jobPoll('1').queryKey) // Job | undefined
 * ```
 *
 * @throws ConfigurationError with a `queryFn` or a `url` function and no `queryKey`.
 */
export function pollingOptions<QueryData = unknown, Err = Error, Data = QueryData>(
  options: DefinedPollingOptions<QueryData, Err, Data>,
): DefinedPollingOptions<QueryData, Err, Data> & PollingKey<QueryData>
export function pollingOptions<QueryData = unknown, Err = Error, Data = QueryData>(
  options: PollingOptions<QueryData, Err, Data>,
): PollingOptions<QueryData, Err, Data> & PollingKey<QueryData>
export function pollingOptions(options: PollingOptions): PollingOptions & { queryKey: QueryKey } {
  return { ...options, queryKey: options.queryKey ?? pollingKey(options.url) }
}

/** The key of a poll that has no `queryKey`. */
export function pollingKey(url: UrlSource | undefined): QueryKey {
  if (url !== undefined && typeof url !== 'function') return ['poll', String(url)]
  throw new ConfigurationError(
    'Give usePolling a queryKey: a queryFn or a url function does not name its data.',
  )
}
