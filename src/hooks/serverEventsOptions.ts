import type { MessageSchemas, NoMessages } from '../cache/messageTypes.ts'
import type { ServerEventsOptions } from './serverEventsDefinition.ts'

/**
 * A typed definition of an event stream, to be shared between components as `queryOptions` is.
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
export function serverEventsOptions<const Schemas extends MessageSchemas = NoMessages, On = NoMessages>(
  options: ServerEventsOptions<Schemas, On>,
): ServerEventsOptions<Schemas, On> {
  return options
}
