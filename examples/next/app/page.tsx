import { dehydrate, HydrationBoundary, QueryClient } from '@tanstack/react-query'
import { connection } from 'next/server'
import { Suspense } from 'react'
import { readPrices } from '../lib/prices'
import { pricesQuery } from '../lib/pricesQuery'
import { readTrades } from '../lib/trades'
import { tradesQuery } from '../lib/tradesQuery'
import { Prices } from './Prices'
import { Trades } from './Trades'

export default async function Page() {
  // Renders at each request. Without this, Next would render the page once, when it is built.
  await connection()
  const queryClient = new QueryClient()
  // The server reads the prices itself instead of requesting its own API.
  await queryClient.prefetchQuery({ ...pricesQuery, queryFn: readPrices })
  return (
    <main>
      <HydrationBoundary state={dehydrate(queryClient)}>
        <Prices />
      </HydrationBoundary>
      <Suspense fallback={<p className="loading">Trades are loading.</p>}>
        <StreamedTrades />
      </Suspense>
    </main>
  )
}

/** Takes a while, so the server sends it after the rest of the page. */
async function StreamedTrades() {
  await new Promise(resolve => setTimeout(resolve, 600))
  const queryClient = new QueryClient()
  await queryClient.prefetchQuery({ ...tradesQuery, queryFn: readTrades })
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <Trades />
    </HydrationBoundary>
  )
}
