import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RealtimeProvider, shareConnections } from 'react-query-realtime'
import type { Show } from './pageUnderTest.ts'
import { Streams } from './Streams.tsx'
import { Uses } from './Uses.tsx'
import workerUrl from './realtime.worker.ts?worker&url'

const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
const root = createRoot(document.querySelector('#root')!)

const workers: Record<string, () => SharedWorker> = {
  module: () =>
    new SharedWorker(new URL('./realtime.worker.ts', import.meta.url), { type: 'module', name: 'realtime' }),
  faulty: () =>
    new SharedWorker(new URL('./faulty.worker.ts', import.meta.url), { type: 'module', name: 'faulty' }),
  'other version': () =>
    new SharedWorker(new URL('./faulty.worker.ts', import.meta.url), {
      type: 'module',
      name: 'other version',
    }),
  missing: () => new SharedWorker('/missing.js'),
  // Its script comes with this policy.
  limited: () => new SharedWorker(`${workerUrl}?policy=default-src 'self'`, { type: 'module' }),
  silent: () => new SharedWorker('data:text/javascript,'),
  elsewhere: () => new SharedWorker('http://127.0.0.1:9/worker.js'),
}
let sharing: ReturnType<typeof shareConnections> | undefined

function show({ provider, uses, streams, scope, worker = 'module' }: Show) {
  if (scope !== undefined) sharing ??= shareConnections(workers[worker]!)
  root.render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider
          closeDelay={50}
          reconnect={{ minDelay: 50, maxDelay: 500 }}
          onEvent={event => !streams && window.page.events.push(event)}
          share={sharing && scope !== undefined && { worker: sharing, scope }}
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
