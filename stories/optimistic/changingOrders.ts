import { type CacheWriter, socketOptions, type Updater, upsert } from 'react-query-realtime'
import { z } from 'zod'
import { type Order, orderSchema } from '../orders/orders.ts'
import { marketRecovery } from '../parts/market.ts'

const quantityChange = z.object({
  id: z.string(),
  quantity: z.number(),
  /** When the demo server replies, and when it tells everybody (ms). */
  replyAfter: z.number(),
  pushAfter: z.number(),
})
export type QuantityChange = z.infer<typeof quantityChange>

/** The reply to a change and the push of it mean the same to the cache, so it does not matter which comes first. */
const put = ({ response }: { response: Order }, cache: CacheWriter) =>
  cache.setQueryData(['orders'], unlessNewer(response))

/** The socket of orders that are changed. */
export const changingOrders = (url: string) =>
  socketOptions({
    url,
    recovery: marketRecovery,
    messages: {
      'order.change': { params: quantityChange, response: orderSchema },
      'order.changed': { params: z.object({ id: z.string() }), response: orderSchema },
    },
    liveQueries: [['orders']],
    on: { 'order.change': put, 'order.changed': put },
  })

/** Puts an order into the list unless a newer state of it is there: the push of one change may come after the reply to the next. */
function unlessNewer(order: Order): Updater<readonly Order[]> {
  const putOrder = upsert(order, { by: 'id' })
  const isNewer = ({ id, version }: Order) => id === order.id && version > order.version
  const update: Updater<readonly Order[]> = (orders, owned) =>
    orders?.some(isNewer) ? orders : putOrder(orders, owned)
  return Object.assign(update, { isIdempotent: true })
}
