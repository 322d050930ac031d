import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { RealtimeProvider, type RealtimeOptions } from 'react-query-realtime'
import { createDemo } from './demo.ts'
import { DemoContext } from './DemoContext.ts'
import { createEventStore } from './eventStore.ts'
import './parts.css'

export interface PlaygroundProps extends Omit<RealtimeOptions, 'onEvent'> {
  children?: ReactNode
}

/** Short delays, so that readers need not wait. */
const OPTIONS: RealtimeOptions = {
  heartbeat: { interval: 2_000, timeout: 2_000 },
  reconnect: { minDelay: 300, maxDelay: 3_000, stableAfter: 1_000 },
  closeDelay: 1_000,
}

function createWorld() {
  const id = () => Math.random().toString(36).slice(2, 10)
  return {
    demo: createDemo(`story-${id()}`, `page-${id()}`),
    events: createEventStore(),
    queryClient: new QueryClient({ defaultOptions: { queries: { retry: false } } }),
  }
}

/** Gives one story its own query cache, provider and channel of the demo server. They survive re-renders. */
export function Playground({ children, ...options }: PlaygroundProps) {
  const [world] = useState(createWorld)
  const { demo, events, queryClient } = world
  return (
    <DemoContext value={world}>
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider {...OPTIONS} {...options} onEvent={events.add}>
          <div className="playground" data-channel={demo.channel} data-client={demo.client}>
            {children}
          </div>
        </RealtimeProvider>
      </QueryClientProvider>
    </DemoContext>
  )
}
