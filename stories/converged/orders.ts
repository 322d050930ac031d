import { queryOptions } from '@tanstack/react-query'
import type { Order } from '../orders/orders.ts'
import type { Demo } from '../parts/demo.ts'

/** The number of changes up to a position in the server's log. */
export interface Changes {
  readonly epoch: string
  readonly seq: number
  readonly changes: number
}

/** Response of `GET /orders?position=1`. */
export interface Snapshot extends Changes {
  readonly orders: readonly Order[]
}

/** The two queries, the same for both caches. */
export function orderQueries(demo: Demo) {
  async function read<Data>(query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Data> {
    const response = await fetch(demo.url('/orders', query), { signal, cache: 'no-store' })
    if (!response.ok) throw new Error(`The server responded with ${response.status}.`)
    return (await response.json()) as Data
  }
  return {
    orders: queryOptions({
      queryKey: ['orders'],
      queryFn: ({ signal }) => read<readonly Order[]>({}, signal),
    }),
    changes: queryOptions({
      queryKey: ['changes'],
      queryFn: async ({ signal }): Promise<Changes> => {
        const { epoch, seq, changes } = await read<Snapshot>({ position: '1' }, signal)
        return { epoch, seq, changes }
      },
    }),
  }
}
