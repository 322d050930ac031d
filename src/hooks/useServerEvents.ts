'use client'
import type { SkipToken } from '@tanstack/react-query'
import type { MessagesOption } from '../cache/messageTypes.ts'
import { serverEventsDefinition, type ServerEventsOptions } from '../providers/serverEventsOptions.ts'
import { type ConnectionResult, useConnection } from './useConnection.ts'

/** The result of `useServerEvents`. */
export interface ServerEventsResult extends ConnectionResult {
  /** The id of the last event, from which the next attempt resumes. Reading it causes no re-renders. */
  readonly lastEventId: string | undefined
}

const EXTRAS = { cursorName: 'lastEventId' }

/**
 * Server-Sent Events, shared by all components with the same URL. An event's name is its `type` and its data the
 * `response`, unless the data is an envelope. The hook reads the stream with `fetch`, so it supports headers,
 * POST and tokens, sees the status code, and resumes with `Last-Event-ID`.
 *
 * ```tsx
 * function News() {
 *   const { status } = useServerEvents({
 *     url: '/events',
 *     on: { headline: ({ response }, cache) => cache.setQueryData(['news'], append(response, { max: 50 })) },
 *   })
 *   const { data: news = [] } = useQuery<string[]>({ queryKey: ['news'], queryFn: skipToken })
 *   return <ul data-status={status}>{news.map(headline => <li key={headline}>{headline}</li>)}</ul>
 * }
 * ```
 *
 * @throws ConfigurationError without a `RealtimeProvider` above, or for a `url` function without an `id`.
 */
export function useServerEvents<Schemas extends object, Responses extends object = object>(
  options: (ServerEventsOptions<Schemas> & MessagesOption<Responses>) | SkipToken,
): ServerEventsResult {
  const given = options as ServerEventsOptions | SkipToken
  return useConnection(serverEventsDefinition, given, EXTRAS).result as ServerEventsResult
}
