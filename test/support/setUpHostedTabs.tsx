import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import type { ReactNode } from 'react'
import {
  RealtimeProvider,
  type RealtimeEvent,
  type RealtimeOptions,
  shareConnections,
} from 'react-query-realtime'
import { onTestFinished, vi } from 'vitest'
import { emptyTraffic, startWorkerHost } from './workerHost.ts'

/** Opens tabs of one user, in one page: each has its own cache and its own line to the worker. */
export function setUpHostedTabs(options: Parameters<typeof startWorkerHost>[0] = {}) {
  const host = startWorkerHost(options)
  vi.stubGlobal('SharedWorker', MessageChannel)
  vi.stubGlobal('navigator', Object.assign(Object.create(navigator) as object, { locks: host.locks.of({}) }))
  onTestFinished(() => void vi.unstubAllGlobals())
  return function openTab(children: ReactNode, tabOptions: RealtimeOptions = {}) {
    const traffic = emptyTraffic()
    const worker = shareConnections(() => host.create(traffic))
    const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
    const events: RealtimeEvent[] = []
    onTestFinished(() => queryClient.clear())
    const view = render(
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider
          closeDelay={10}
          share={{ worker, scope: 'ada' }}
          onEvent={event => events.push(event)}
          {...tabOptions}
        >
          {children}
        </RealtimeProvider>
      </QueryClientProvider>,
    )
    return { ...view, events, queryClient, traffic }
  }
}
