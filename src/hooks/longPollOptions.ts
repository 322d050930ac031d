import type { MessagesOption } from '../cache/messageTypes.ts'
import type { Validators } from '../core/cursors.ts'
import type { LongPollOptions } from './longPollDefinition.ts'

/**
 * Defines a typed long poll that components can share, as `queryOptions` does for queries.
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
