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
import { type CacheWriter, remove, socketOptions, upsert } from 'react-query-realtime'
import { z } from 'zod'

const order = z.object({ id: z.string(), item: z.string(), quantity: z.number() })

const put = ({ response }: { response: Order }, cache: CacheWriter) => {
  cache.setQueryData(['orders'], upsert(response, { by: 'id' }))
  cache.setQueryData(['order', response.id], response)
  cache.invalidateQueries(['total'])
  cache.invalidateQueries(['orders-by-item'])
}

export const shop = socketOptions({
  url: '/socket',
  messages: {
    'order.created': order,
    'order.changed': order,
    'order.removed': z.object({ id: z.string() }),
  },
  on: {
    'order.created': put,
    'order.changed': put,
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

// #region pages
import { keepPreviousData, type QueryClient, useQueryClient } from '@tanstack/react-query'
import { patch } from 'react-query-realtime'

const pageQuery = (page: number) =>
  queryOptions({
    queryKey: ['order-pages', page],
    queryFn: () => getJson<Order[]>(`/orders?page=${page}`),
    placeholderData: keepPreviousData, // the former page stays on screen while the next one loads
    staleTime: Infinity,
  })

const pagedShop = (queryClient: QueryClient) =>
  socketOptions({
    ...shop,
    on: {
      // A changed row stays on its page. `patch` leaves a page without the row as it is.
      'order.changed': ({ response }, cache) => {
        for (const { queryKey } of queryClient.getQueryCache().findAll({ queryKey: ['order-pages'] }))
          cache.setQueryData(queryKey, patch(response, { by: 'id' }))
      },
      // A new or a removed row moves other rows to another page.
      'order.created': (_message, cache) => cache.invalidateQueries(['order-pages']),
      'order.removed': (_message, cache) => cache.invalidateQueries(['order-pages']),
    },
    liveQueries: [['order-pages']],
  })

export function PagedOrders() {
  useSocket(pagedShop(useQueryClient()))
  const [page, setPage] = useState(1)
  const { data: orders = [], isPlaceholderData } = useQuery(pageQuery(page))
  return (
    <>
      <ul aria-busy={isPlaceholderData}>
        {orders.map(({ id, item, quantity }) => (
          <li key={id}>{`${quantity} × ${item}`}</li>
        ))}
      </ul>
      <button disabled={page === 1} onClick={() => setPage(page - 1)}>
        Previous
      </button>
      <button onClick={() => setPage(page + 1)}>Next</button>
    </>
  )
}
// #endregion pages
