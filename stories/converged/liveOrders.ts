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
import type { Changes } from './orders.ts'

/** Reads the position of each message. Welcome and heartbeat replies carry the head of the server's log. */
const recovery: Recovery = {
  cursor({ type, response, epoch, seq }) {
    if (type === 'welcome' || type === 'heartbeat') return response as Cursor
    return seq === undefined ? undefined : { epoch, seq }
  },
  attach: cursorInQuery(),
  resumed: ({ type, response }) =>
    type === 'welcome' ? (response as { resumed: boolean }).resumed : undefined,
}

/** Counts one change. Not idempotent, so `position` ensures that each change counts once. */
const countOne = (data: Changes | undefined) => data && { ...data, changes: data.changes + 1 }

/** All options that keep both queries equal to the server. */
export const liveOrders = (url: string) =>
  socketOptions({
    url,
    recovery,
    messages: {
      'order.changed': orderSchema,
      'order.removed': z.object({ id: z.string() }),
    },
    liveQueries: [
      ['orders'],
      { queryKey: ['changes'], position: ({ epoch, seq }: Changes) => ({ epoch, seq }) },
    ],
    on: {
      'order.changed': ({ response }, cache) => {
        cache.setQueryData(['orders'], upsert(response, { by: 'id' }))
        cache.setQueryData(['changes'], countOne)
      },
      'order.removed': ({ response }, cache) => {
        cache.setQueryData(['orders'], remove<Order>(response.id, { by: 'id' }))
        cache.setQueryData(['changes'], countOne)
      },
    },
  })
