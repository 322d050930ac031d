import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RealtimeProvider } from 'react-query-realtime'
import { App } from './App'
import { noteEvent } from './notes'
import './style.css'

const queryClient = new QueryClient({
  defaultOptions: { queries: { networkMode: 'always', staleTime: Infinity } },
})

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider heartbeat={{ interval: 5_000, timeout: 5_000 }} onEvent={noteEvent}>
        <App />
      </RealtimeProvider>
    </QueryClientProvider>
  </StrictMode>,
)
