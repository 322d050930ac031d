import { queryOptions } from '@tanstack/react-query'
import type { Demo } from '../parts/demo.ts'
import type { Order } from '../orders/orders.ts'

/** The list with the position in the server's log up to which it holds everything, and how many changes that were. */
export interface OrderBook {
  readonly epoch: string
  readonly seq: number
  readonly changes: number
  readonly orders: readonly Order[]
}

/** The two queries of either cache, asked in the same way. */
export function orderQueries(demo: Demo) {
  async function read<Data>(query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Data> {
    const response = await fetch(demo.url('/orders', query), { signal, cache: 'no-store' })
    if (!response.ok) throw new Error(`The server answered ${response.status}.`)
    return (await response.json()) as Data
  }
  return {
    orders: queryOptions({
      queryKey: ['orders'],
      queryFn: ({ signal }) => read<readonly Order[]>({}, signal),
    }),
    book: queryOptions({
      queryKey: ['order-book'],
      queryFn: ({ signal }) => read<OrderBook>({ position: '1' }, signal),
    }),
  }
}
