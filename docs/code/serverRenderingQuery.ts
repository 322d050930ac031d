import { queryOptions } from '@tanstack/react-query'

export interface Order {
  id: string
  item: string
  quantity: number
}

/** `api` is the address of the API. Pass it on the server, where there is no page URL. */
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
