import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ComponentType, useMemo, useState } from 'react'
import { RealtimeProvider } from 'react-query-realtime'
import { Card } from '../parts/Card.tsx'
import { createDemo } from '../parts/demo.ts'
import { useDemo } from '../parts/DemoContext.ts'
import { Swatch } from '../parts/Swatch.tsx'
import type { Meter } from './createMeter.ts'
import { WAYS, type WayName, type WayProps } from './ways.ts'

interface WayCardProps {
  readonly index: number
  readonly meter: Meter
  readonly interval: number
  readonly summary: string
  readonly children: ComponentType<WayProps>
}

/** One transport with its own cache and provider, so that none shows data of another. */
export function Way({ index, meter, interval, summary, children: Content }: WayCardProps) {
  const { channel } = useDemo()
  const { name, title, hook } = WAYS[index] ?? WAYS[0]
  const [queryClient] = useState(() => new QueryClient())
  const demo = useMemo(() => createDemo(channel, name satisfies WayName), [channel, name])
  return (
    <div className="four-ways-way" data-way={name}>
      <Card title={title}>
        <code className="four-ways-hook">{hook}</code>
        <QueryClientProvider client={queryClient}>
          <RealtimeProvider
            fetch={meter.fetch}
            webSocket={meter.webSocket}
            heartbeat={{ interval: 4_000, timeout: 4_000 }}
            reconnect={{ minDelay: 300, maxDelay: 3_000, stableAfter: 1_000 }}
          >
            <Content demo={demo} arrived={meter.arrived} interval={interval} />
          </RealtimeProvider>
        </QueryClientProvider>
        <p className="four-ways-words">
          <Swatch index={index} />
          {summary}
        </p>
      </Card>
    </div>
  )
}
