import type { MessagesOption } from '../cache/messageTypes.ts'
import type { SocketOptions } from './socketDefinition.ts'

/**
 * Defines a typed socket that components can share, as `queryOptions` does for queries.
 *
 * ```ts
 * export const market = socketOptions({
 *   url: '/socket',
 *   messages: { price: { params: z.object({ symbol: z.string() }), response: z.object({ last: z.number() }) } },
 * })
 * // In a component: const { data } = useSocketQuery(market, { type: 'price', params: { symbol: 'BTC' } })
 * ```
 */
export function socketOptions<Schemas extends object, Responses extends object = object>(
  options: SocketOptions<Schemas> & MessagesOption<Responses>,
): SocketOptions<Schemas> {
  return options
}
