import { queryOptions } from '@tanstack/react-query'

export interface Order {
  id: string
  item: string
  quantity: number
}

/** `api`: the address of the API on the server, which has no page to resolve a relative URL against. */
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
