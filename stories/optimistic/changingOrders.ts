import { type CacheWriter, socketOptions, type Updater, upsert } from 'react-query-realtime'
import { z } from 'zod'
import { type Order, orderSchema } from '../orders/orders.ts'
import { marketRecovery } from '../parts/market.ts'

const quantityChange = z.object({
  id: z.string(),
  quantity: z.number(),
  /** Delays of the demo server's reply and push (ms). */
  replyAfter: z.number(),
  pushAfter: z.number(),
})
export type QuantityChange = z.infer<typeof quantityChange>

/** The reply and the push of a change have the same effect on the cache, so their order does not matter. */
const put = ({ response }: { response: Order }, cache: CacheWriter) =>
  cache.setQueryData(['orders'], unlessNewer(response))

/** The socket of the orders. */
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

/** Upserts an order unless the list has a newer version: the push of a change may arrive after the reply to the next. */
function unlessNewer(order: Order): Updater<readonly Order[]> {
  const putOrder = upsert(order, { by: 'id' })
  const isNewer = ({ id, version }: Order) => id === order.id && version > order.version
  const update: Updater<readonly Order[]> = (orders, owned) =>
    orders?.some(isNewer) ? orders : putOrder(orders, owned)
  return Object.assign(update, { isIdempotent: true })
}
