import { queryOptions } from '@tanstack/react-query'
import type { Order } from '../orders/orders.ts'
import type { Demo } from '../parts/demo.ts'

/** How many changes there were, and up to which position in the server's log they are counted. */
export interface Changes {
  readonly epoch: string
  readonly seq: number
  readonly changes: number
}

/** What the server answers to a question for its orders with their position. */
export interface Snapshot extends Changes {
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
    changes: queryOptions({
      queryKey: ['changes'],
      queryFn: async ({ signal }): Promise<Changes> => {
        const { epoch, seq, changes } = await read<Snapshot>({ position: '1' }, signal)
        return { epoch, seq, changes }
      },
    }),
  }
}
