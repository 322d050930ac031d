import { queryOptions } from '@tanstack/react-query'
import type { Price } from './prices'

export const pricesQuery = queryOptions({
  queryKey: ['prices'],
  queryFn: async ({ signal }): Promise<Price[]> => {
    const response = await fetch('/api/prices', { signal })
    if (!response.ok) throw new Error(`GET /api/prices: ${response.status}`)
    return response.json()
  },
  // The server has just fetched the data, so the browser need not fetch it again while it hydrates.
  staleTime: 60_000,
})
