import { withAdvice } from '../core/advice.ts'
import type { DataTag, QueryFunction, QueryKey, UseQueryOptions } from '@tanstack/react-query'
import type { AttachToken } from '../core/tokens.ts'
import type { BackoffOptions } from '../core/backoff.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { HeadersOption } from '../core/headers.ts'
import type { UrlSource } from '../core/request.ts'
import type { ResponseMeta } from '../core/envelope.ts'
import type { InitialData } from '../providers/socketQueryOptions.ts'

/** When to poll. If components share a key, the shortest interval applies. */
export interface PollingRhythm<QueryData = unknown, Err = Error> {
  /**
   * The time from the end of one poll to the next (ms), or a function of the query's data. `false` or 0: no polls.
   * `response` is the last response to a poll of the `url`, whatever its status: a server may name the interval in a header.
   * It is `undefined` before the first one, and with a `queryFn`.
   */
  interval: number | ((data: QueryData | undefined, response: ResponseMeta | undefined) => number | false)
  /**
   * Whether to pause while the page is hidden, as `focusManager` reports it. Default `'pause'`, with one poll as soon as the
   * page is visible again.
   */
  whenHidden?: 'pause' | 'stay' | undefined
  /**
   * Stops polling while it returns `true`, e.g. when a job is done or an error is permanent. It is called
   * once there is data or an error. `error` is that of the last poll, `null` if it succeeded. `data` is
   * `undefined` until a poll succeeds.
   */
  stopWhen?: ((data: QueryData | undefined, error: Err | null) => boolean) | undefined
  /**
   * The delay after errors (ms). Default: twice the interval, doubled up to 30 s; with jitter, never sooner
   * than the interval.
   */
  backoff?: Partial<BackoffOptions> | undefined
}

/** The options of `usePolling`: those of `useQuery`, and these. `retry` is off, because the next poll is the retry. */
export interface PollingOptions<QueryData = unknown, Err = Error, Data = QueryData>
  extends
    Omit<
      UseQueryOptions<QueryData, Err, Data>,
      'queryKey' | 'refetchInterval' | 'refetchIntervalInBackground'
    >,
    PollingRhythm<QueryData, Err> {
  /**
   * Fetched with GET as JSON; needs a `RealtimeProvider`. Alternatively pass a `queryFn`, which needs none. A
   * server of another origin must expose `ETag` and `Retry-After` (`Access-Control-Expose-Headers`) for them
   * to be read. It receives validators only if it exposes `ETag` and allows `If-None-Match` and
   * `If-Modified-Since` (`Access-Control-Allow-Headers`).
   */
  url?: UrlSource | undefined
  /** Default `['poll', url]`. Required with a `queryFn` or a `url` function. */
  queryKey?: QueryKey | undefined
  /** With `url`: sent with each poll. */
  headers?: HeadersOption | undefined
  /**
   * With `url`: turns a body into data. It gets the body as text, and `{ status, headers }` of its response.
   * Must be synchronous; the poll fails if it throws or returns a promise. Default: JSON.
   */
  parse?: ((body: string, meta: ResponseMeta) => QueryData) | undefined
  /** With `url`: the `credentials` of `fetch`. Default `'same-origin'`. */
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

/** A poll whose `queryFn`, if it has one, is never `skipToken`. */
export type UnskippedPollingOptions<QueryData = unknown, Err = Error, Data = QueryData> = Omit<
  PollingOptions<QueryData, Err, Data>,
  'queryFn'
> & { queryFn?: QueryFunction<QueryData> }

/** The key of a poll, which carries the type of its data. */
export interface PollingKey<QueryData> {
  queryKey: DataTag<QueryKey, QueryData>
}

/**
 * Defines a typed poll that components can share, as `queryOptions` does for queries.
 *
 * ```ts
 * export const jobPoll = (id: string) => pollingOptions<Job>({ url: `/jobs/${id}`, interval: 2_000 })
 * const job = queryClient.getQueryData(jobPoll('1').queryKey) // Job | undefined
 * ```
 *
 * @throws ConfigurationError for a `queryFn` or a `url` function without a `queryKey`.
 */
export function pollingOptions<QueryData = unknown, Err = Error, Data = QueryData>(
  options: UnskippedPollingOptions<QueryData, Err, Data> & InitialData<QueryData>,
): UnskippedPollingOptions<QueryData, Err, Data> & InitialData<QueryData> & PollingKey<QueryData>
export function pollingOptions<QueryData = unknown, Err = Error, Data = QueryData>(
  options: DefinedPollingOptions<QueryData, Err, Data>,
): DefinedPollingOptions<QueryData, Err, Data> & PollingKey<QueryData>
export function pollingOptions<QueryData = unknown, Err = Error, Data = QueryData>(
  options: UnskippedPollingOptions<QueryData, Err, Data>,
): UnskippedPollingOptions<QueryData, Err, Data> & PollingKey<QueryData>
export function pollingOptions<QueryData = unknown, Err = Error, Data = QueryData>(
  options: PollingOptions<QueryData, Err, Data>,
): PollingOptions<QueryData, Err, Data> & PollingKey<QueryData>
export function pollingOptions(options: PollingOptions): PollingOptions & { queryKey: QueryKey } {
  return { ...options, queryKey: options.queryKey ?? pollingKey(options.url) }
}

/** The key of a poll that has no `queryKey`. */
export function pollingKey(url: UrlSource | undefined): QueryKey {
  if (url !== undefined && typeof url !== 'function') return ['poll', String(url)]
  throw new ConfigurationError(withAdvice('usePolling needs a queryKey.', 'queryKey'))
}
