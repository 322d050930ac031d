import { queryOptions } from '@tanstack/react-query'

export interface Order {
  id: string
  item: string
  quantity: number
}

/** `api`: the address of the API. The server needs it, because it has no page URL. */
export const ordersQuery = (api = '') =>
  queryOptions({
    queryKey: ['orders'],
    queryFn: async () => {
      const response = await fetch(`${api}/orders`)
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
      return (await response.json()) as Order[]
    },
    staleTime: 60_000,
  })
