import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RealtimeProvider } from 'react-query-realtime'
import type { Show } from './pageUnderTest.ts'
import { Streams } from './Streams.tsx'
import { Uses } from './Uses.tsx'

const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
const root = createRoot(document.querySelector('#root')!)

function show({ provider, uses, streams }: Show) {
  root.render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider
          closeDelay={50}
          reconnect={{ minDelay: 50, maxDelay: 500 }}
          onEvent={event => !streams && window.page.events.push(event)}
          {...provider}
        >
          <Uses uses={uses} />
          {streams && <Streams urls={streams} />}
        </RealtimeProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
}

window.page = { show, statuses: {}, notes: {}, events: [], lifecycle: [] }

const tell = (text: string) => window.page.lifecycle.push(text)
window.addEventListener('pageshow', ({ persisted }) => tell(`pageshow ${persisted}`))
window.addEventListener('pagehide', ({ persisted }) => tell(`pagehide ${persisted}`))
document.addEventListener('freeze', () => tell('freeze'))
document.addEventListener('resume', () => tell('resume'))
window.addEventListener('online', () => tell('online'))
window.addEventListener('offline', () => tell('offline'))
document.addEventListener('visibilitychange', () => tell(document.visibilityState))
