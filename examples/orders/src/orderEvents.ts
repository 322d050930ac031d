import { idempotent, serverEventsOptions } from 'react-query-realtime'
import { type Order, type OrderPage, orderSchema } from '../shared/order.ts'
import { orderKeys } from './orderQueries.ts'
import { queryClient } from './queryClient.ts'

/** The event stream that keeps all queries below `['orders']` current. */
export const orderEvents = serverEventsOptions({
  url: '/api/events',
  messages: { 'order.created': orderSchema, 'order.changed': orderSchema },
  // Fetched again when events may have been missed, for example after the server has restarted.
  liveQueries: [orderKeys.all],
  // The server sends a comment every 15 s, so a stream that is silent for longer is dead.
  silenceTimeout: 30_000,
  on: {
    // A new order moves the others from page to page, so the pages are fetched again.
    'order.created': (_message, cache) => cache.invalidateQueries(orderKeys.pages),
    // A changed order stays in its place, so nothing is fetched.
    'order.changed': ({ response: order }, cache) => {
      cache.setQueryData(orderKeys.detail(order.id), order)
      for (const { queryKey } of queryClient.getQueryCache().findAll({ queryKey: orderKeys.pages })) {
        cache.setQueryData(queryKey, replaceOrder(order))
      }
    },
  },
})

/** `idempotent`: replacing an order twice does no harm, so it can be repeated over the response of a running fetch. */
function replaceOrder(order: Order) {
  return idempotent<OrderPage>(
    page => page && { ...page, orders: page.orders.map(each => (each.id === order.id ? order : each)) },
  )
}
