'use client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { RealtimeProvider } from 'react-query-realtime'

export function Providers({ children }: { children: ReactNode }) {
  // Created in the component, so that two requests to the server do not share data.
  const [queryClient] = useState(() => new QueryClient())
  return (
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider heartbeat>{children}</RealtimeProvider>
    </QueryClientProvider>
  )
}
