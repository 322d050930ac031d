// #region queries
import { queryOptions } from '@tanstack/react-query'

export interface Order {
  id: string
  item: string
  quantity: number
}

async function getJson<Data>(url: string): Promise<Data> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return (await response.json()) as Data
}

export const ordersQuery = queryOptions({
  queryKey: ['orders'],
  queryFn: () => getJson<Order[]>('/orders'),
  staleTime: Infinity,
})

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id],
    queryFn: () => getJson<Order>(`/orders/${id}`),
    staleTime: Infinity,
  })

export const totalQuery = queryOptions({
  queryKey: ['total'],
  queryFn: () => getJson<number>('/total'),
})
// #endregion queries

// #region socket
import { remove, socketOptions, upsert } from 'react-query-realtime'
import { z } from 'zod'

const order = z.object({ id: z.string(), item: z.string(), quantity: z.number() })

export const shop = socketOptions({
  url: '/socket',
  messages: { 'order.changed': order, 'order.removed': z.object({ id: z.string() }) },
  on: {
    'order.changed': ({ response }, cache) => {
      cache.setQueryData(['orders'], upsert(response, { by: 'id' }))
      cache.setQueryData(['order', response.id], response)
      cache.invalidateQueries(['total'])
      cache.invalidateQueries(['orders-by-item'])
    },
    'order.removed': ({ response: { id } }, cache) => {
      cache.setQueryData(['orders'], remove(id, { by: 'id' }))
      cache.invalidateQueries(['order', id])
      cache.invalidateQueries(['total'])
      cache.invalidateQueries(['orders-by-item'])
    },
  },
  liveQueries: [['orders'], ['order'], ['total'], ['orders-by-item']],
})
// #endregion socket

// #region components
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSocket } from 'react-query-realtime'

export function OrdersPage() {
  useSocket(shop)
  const [id, setId] = useState<string>()
  const { data: orders = [] } = useQuery(ordersQuery)
  const { data: total } = useQuery(totalQuery)
  return (
    <>
      <ul>
        {orders.map(order => (
          <li key={order.id}>
            <button onClick={() => setId(order.id)}>{`${order.quantity} × ${order.item}`}</button>
          </li>
        ))}
      </ul>
      <p>{`total: ${total ?? '…'}`}</p>
      {id !== undefined && <OrderDetail id={id} />}
    </>
  )
}

function OrderDetail({ id }: { id: string }) {
  const { data: order, error } = useQuery(orderQuery(id))
  if (error) return <p role="alert">This order is gone.</p>
  return <h2>{order ? `${order.item}: ${order.quantity}` : '…'}</h2>
}
// #endregion components

// #region filter
export const filteredQuery = (item: string) =>
  queryOptions({
    queryKey: ['orders-by-item', item],
    queryFn: () => getJson<Order[]>(`/orders?item=${encodeURIComponent(item)}`),
  })

export function FilteredOrders({ item }: { item: string }) {
  const { data = [] } = useQuery(filteredQuery(item))
  return <p>{`${data.length} orders of ${item}`}</p>
}
// #endregion filter
