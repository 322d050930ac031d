import type { QueryKey, UseQueryOptions } from '@tanstack/react-query'
import type { AttachToken } from '../core/attachToken.ts'
import type { BackoffOptions } from '../core/backoff.ts'
import type { Parse } from '../core/envelope.ts'
import type { HeadersOption } from '../core/headers.ts'
import type { UrlSource } from '../core/prepareRequest.ts'

type QueryOptions<QueryData, Err, Data> = Omit<
  UseQueryOptions<QueryData, Err, Data>,
  'queryKey' | 'refetchInterval' | 'refetchIntervalInBackground'
>

/** When polls come, and when they do not. Where components share a key, the shortest interval counts. */
export interface PollingRhythm<QueryData = unknown> {
  /** From the end of one poll to the next (ms), or a function of the query's data. `false` or 0: none. */
  interval: number | ((data: QueryData | undefined) => number | false)
  /** Whether polls rest while the page is hidden. Default `'pause'`: one poll at once when it is seen again. */
  whenHidden?: 'pause' | 'stay' | undefined
  /** Ends the polling for as long as it is true of the data: a job is done. */
  stopWhen?: ((data: QueryData) => boolean) | undefined
  /** After errors (ms). Default: twice the interval, doubled up to 30 s; with jitter, never sooner than the interval. */
  backoff?: Partial<BackoffOptions> | undefined
}

/** The options of `usePolling`: all of `useQuery`, and these. Its `retry` is off: the next poll is the retry. */
export interface PollingOptions<QueryData = unknown, Err = Error, Data = QueryData>
  extends QueryOptions<QueryData, Err, Data>, PollingRhythm<QueryData> {
  /**
   * Asked with GET for JSON; needs a `RealtimeProvider`. Or give a `queryFn`, which needs none. A server of another origin
   * must expose `ETag` and `Retry-After` (`Access-Control-Expose-Headers`) for them to be read. It is sent validators only
   * if it exposes `ETag` and allows `If-None-Match` and `If-Modified-Since` (`Access-Control-Allow-Headers`).
   */
  url?: UrlSource | undefined
  /** Default `['poll', url]`. Needed with a `queryFn` or a `url` function. */
  queryKey?: QueryKey | undefined
  /** With `url`: sent with each poll. */
  headers?: HeadersOption | undefined
  /**
   * With `url`: makes the data of a body, given as text with `{ status, headers }` of its response. Default: JSON.
   * Synchronous; a throw or a promise fails the poll.
   */
  parse?: Parse | undefined
  /** With `url`: as `fetch` takes it. Default `'same-origin'`. */
  credentials?: RequestCredentials | undefined
  /** With `url`: instead of the provider's. */
  attachToken?: AttachToken | undefined
  /** With `url`: a poll that is not answered in this time has failed (ms). Default 30,000. */
  timeout?: number | undefined
  /** With `url`: a larger body is an error (bytes). Default: the provider's, 1 MiB. */
  maxMessageBytes?: number | undefined
}

/**
 * A typed definition of a poll, to be shared between components as `queryOptions` is.
 *
 * ```ts
 * export const jobPoll = (id: string) => pollingOptions<Job>({ url: `/jobs/${id}`, interval: 2_000 })
 * ```
 */
export function pollingOptions<QueryData = unknown, Err = Error, Data = QueryData>(
  options: PollingOptions<QueryData, Err, Data>,
): PollingOptions<QueryData, Err, Data> {
  return options
}
