import { queryOptions } from '@tanstack/react-query'
import type { Trades } from './trades'

export const tradesQuery = queryOptions({
  queryKey: ['trades'],
  queryFn: async ({ signal }): Promise<Trades> => {
    const response = await fetch('/api/trades', { signal })
    if (!response.ok) throw new Error(`GET /api/trades: ${response.status}`)
    return response.json()
  },
  staleTime: 60_000,
})
