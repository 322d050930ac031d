import {
  cursorInQuery,
  type Cursor,
  remove,
  type Recovery,
  socketOptions,
  upsert,
} from 'react-query-realtime'
import { z } from 'zod'
import { type Order, orderSchema } from '../orders/orders.ts'
import type { OrderBook } from './orders.ts'

/** The position of each message, that of the welcome and of a heartbeat's reply included: these name the log's head. */
const recovery: Recovery = {
  cursor({ type, response, epoch, seq }) {
    if (type === 'welcome' || type === 'heartbeat') return response as Cursor
    return seq === undefined ? undefined : { epoch, seq }
  },
  attach: cursorInQuery(),
  resumed: ({ type, response }) =>
    type === 'welcome' ? (response as { resumed: boolean }).resumed : undefined,
}

/** All that it takes to keep both queries equal to the server. */
export const liveOrders = (url: string) =>
  socketOptions({
    url,
    recovery,
    messages: {
      'order.changed': orderSchema,
      'order.removed': z.object({ id: z.string() }),
    },
    feeds: [
      ['orders'],
      { queryKey: ['order-book'], position: ({ epoch, seq }: OrderBook) => ({ epoch, seq }) },
    ],
    on: {
      'order.changed': ({ response }, cache) => {
        const change = upsert(response, { by: 'id' })
        cache.setQueryData(['orders'], change)
        cache.setQueryData(['order-book'], counted(change))
      },
      'order.removed': ({ response: { id } }, cache) => {
        const change = remove<Order>(id, { by: 'id' })
        cache.setQueryData(['orders'], change)
        cache.setQueryData(['order-book'], counted(change))
      },
    },
  })

/** Counting is not idempotent: it is the position that sees to it that each change counts once. */
function counted(change: (orders: readonly Order[] | undefined) => readonly Order[] | undefined) {
  return (book: OrderBook | undefined): OrderBook | undefined =>
    book && { ...book, changes: book.changes + 1, orders: change(book.orders) ?? [] }
}
