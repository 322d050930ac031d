import type { MessagesOption } from '../cache/messageTypes.ts'
import type { ServerEventsOptions } from './serverEventsDefinition.ts'

/**
 * Defines a typed event stream that components can share, as `queryOptions` does for queries.
 *
 * ```ts
 * export const news = serverEventsOptions({
 *   url: '/events',
 *   messages: { headline: z.string() },
 *   on: { headline: ({ response }, cache) => cache.setQueryData(['news'], append(response, { max: 50 })) },
 * })
 * // In a component: const { status } = useServerEvents(news)
 * ```
 */
export function serverEventsOptions<Schemas extends object, Responses extends object>(
  options: ServerEventsOptions<Schemas> & MessagesOption<Responses>,
): ServerEventsOptions<Schemas> {
  return options
}
