import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RealtimeProvider } from 'react-query-realtime'
import { Light } from './Light.tsx'

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      <RealtimeProvider baseUrl={new URLSearchParams(location.search).get('server')!} closeDelay={50}>
        <Light />
      </RealtimeProvider>
    </QueryClientProvider>
  </StrictMode>,
)
