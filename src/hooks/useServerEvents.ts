'use client'
import type { SkipToken } from '@tanstack/react-query'
import type { MessagesOption } from '../cache/messageTypes.ts'
import { serverEventsDefinition, type ServerEventsOptions } from './serverEventsDefinition.ts'
import { type ConnectionResult, useConnection, useTransportCursor } from './useConnection.ts'

/** What `useServerEvents` gives. */
export interface ServerEventsResult extends ConnectionResult {
  /** The id of the last event, from which a new attempt resumes. Reading it re-renders nothing. */
  readonly lastEventId: string | undefined
}

/**
 * Server-Sent Events, shared by all components that name the same URL. An event's name is its `type`, its data the
 * `response`, unless the data is an envelope. It reads the stream with `fetch`, so that it takes headers, a POST and a
 * token, sees the status code and resumes with `Last-Event-ID`.
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
 * @throws ConfigurationError without a `RealtimeProvider` above, or with a `url` function and no `id`.
 */
export function useServerEvents<Schemas extends object, Responses extends object = object>(
  options: (ServerEventsOptions<Schemas> & MessagesOption<Responses>) | SkipToken,
): ServerEventsResult {
  const view = useConnection(serverEventsDefinition, options as ServerEventsOptions | SkipToken)
  return useTransportCursor(view, 'lastEventId') as ServerEventsResult
}
