'use client'
import { isServer, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { RealtimeProvider } from 'react-query-realtime'

let browserClient: QueryClient | undefined

/** One client for each request on the server, one for the life of the page in the browser. */
function getQueryClient(): QueryClient {
  if (isServer) return new QueryClient()
  return (browserClient ??= new QueryClient())
}

export function Providers({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={getQueryClient()}>
      <RealtimeProvider>{children}</RealtimeProvider>
    </QueryClientProvider>
  )
}
