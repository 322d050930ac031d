'use client'
import { useQuery } from '@tanstack/react-query'
import { socketOptions, upsert, useSocket } from 'react-query-realtime'
import { z } from 'zod'
import { ordersQuery } from './serverRenderingQuery.ts'

const shop = socketOptions({
  url: '/socket',
  messages: { 'order.changed': z.object({ id: z.string(), item: z.string(), quantity: z.number() }) },
  on: {
    'order.changed': ({ response }, cache) => {
      cache.setQueryData(['orders'], upsert(response, { by: 'id' }))
    },
  },
  liveQueries: [['orders']],
})

export function Orders() {
  const { status } = useSocket(shop)
  const { data: orders = [] } = useQuery(ordersQuery())
  return (
    <ul data-status={status}>
      {orders.map(({ id, item, quantity }) => (
        <li key={id}>{`${quantity} × ${item}`}</li>
      ))}
    </ul>
  )
}
