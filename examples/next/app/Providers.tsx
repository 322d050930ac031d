'use client'
import { isServer, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { RealtimeProvider, shareConnections } from 'react-query-realtime'

// All tabs have one connection for each stream. Next does not bundle shared workers, so `npm run worker` does.
const sharing = shareConnections(
  () => new SharedWorker('/realtime-worker.js', { type: 'module', name: 'realtime' }),
)

let browserClient: QueryClient | undefined

/** One client for each request on the server, one for the life of the page in the browser. */
function getQueryClient(): QueryClient {
  if (isServer) return new QueryClient()
  return (browserClient ??= new QueryClient())
}

export function Providers({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={getQueryClient()}>
      {/* With a login, the scope is the id of the user. */}
      <RealtimeProvider share={{ worker: sharing, scope: 'everyone' }}>{children}</RealtimeProvider>
    </QueryClientProvider>
  )
}
