import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RealtimeProvider, shareConnections } from 'react-query-realtime'
import { App } from './App.tsx'
import { queryClient } from './queryClient.ts'
import './style.css'

// All tabs have one event stream. Over HTTP/1.1, a browser allows six connections to a server.
const sharing = shareConnections(
  () =>
    new SharedWorker(new URL('./realtime.worker.ts', import.meta.url), { type: 'module', name: 'realtime' }),
)

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      {/* With a login, the scope is the id of the user. */}
      <RealtimeProvider share={{ worker: sharing, scope: 'everyone' }}>
        <App />
      </RealtimeProvider>
    </QueryClientProvider>
  </StrictMode>,
)
