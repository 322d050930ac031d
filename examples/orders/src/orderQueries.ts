import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { type NewOrder, type Order, orderPageSchema, orderSchema } from '../shared/order.ts'

export const orderKeys = {
  all: ['orders'],
  pages: ['orders', 'page'],
  page: (page: number) => ['orders', 'page', page],
  detail: (id: number) => ['orders', 'detail', id],
}

export const pageQuery = (page: number) =>
  queryOptions({
    queryKey: orderKeys.page(page),
    queryFn: ({ signal }) => fetchJson(orderPageSchema, `/api/orders?page=${page}`, { signal }),
    placeholderData: keepPreviousData,
  })

export const detailQuery = (id: number) =>
  queryOptions({
    queryKey: orderKeys.detail(id),
    queryFn: ({ signal }) => fetchJson(orderSchema, `/api/orders/${id}`, { signal }),
  })

export function createOrder(order: NewOrder): Promise<Order> {
  return fetchJson(orderSchema, '/api/orders', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(order),
  })
}

async function fetchJson<Data>(schema: z.ZodType<Data>, url: string, init: RequestInit): Promise<Data> {
  const response = await fetch(url, init)
  const body: unknown = await response.json()
  if (response.ok) return schema.parse(body)
  throw new Error(z.object({ message: z.string() }).parse(body).message)
}
