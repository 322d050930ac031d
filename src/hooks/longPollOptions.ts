import type { MessagesOption } from '../cache/messageTypes.ts'
import type { Validators } from '../core/cursorStrategy.ts'
import type { LongPollOptions } from './longPollDefinition.ts'

/**
 * A typed definition of a long poll, to be shared between components as `queryOptions` is.
 *
 * ```ts
 * export const orderChanges = longPollOptions({
 *   url: '/orders/changes',
 *   messages: { 'order.changed': z.object({ id: z.string(), total: z.number() }) },
 *   on: { 'order.changed': ({ response }, cache) => cache.setQueryData(['orders'], upsert(response, { by: 'id' })) },
 * })
 * // In a component: const { status } = useLongPoll(orderChanges)
 * ```
 */
export function longPollOptions<Schemas extends object, Responses extends object, Cursor = Validators>(
  options: LongPollOptions<Schemas, Cursor> & MessagesOption<Responses>,
): LongPollOptions<Schemas, Cursor> {
  return options
}
