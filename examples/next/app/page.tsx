import { dehydrate, HydrationBoundary, QueryClient } from '@tanstack/react-query'
import { connection } from 'next/server'
import { readPrices } from '../lib/prices'
import { pricesQuery } from '../lib/pricesQuery'
import { Prices } from './Prices'

export default async function Page() {
  // Renders at each request. Without this, Next would render the page once, when it is built.
  await connection()
  const queryClient = new QueryClient()
  // The server reads the prices itself instead of requesting its own API.
  await queryClient.prefetchQuery({ ...pricesQuery, queryFn: readPrices })
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <Prices />
    </HydrationBoundary>
  )
}
