import { QueryClientProvider } from '@tanstack/react-query'
import { type ComponentType, useMemo } from 'react'
import { Card } from '../parts/Card.tsx'
import { createDemo } from '../parts/demo.ts'
import { useDemo } from '../parts/DemoContext.ts'
import { Figures } from '../parts/Figures.tsx'
import { formatSeconds } from '../parts/format.ts'
import { StatusLight } from '../parts/StatusLight.tsx'
import { READER } from './createDriver.ts'
import type { SideView } from './createRun.ts'
import type { Side } from './createSide.ts'
import { OrderTable } from './OrderTable.tsx'
import { orderQueries } from './orders.ts'
import type { LiveProps } from './sides.ts'
import { SideVerdict } from './SideVerdict.tsx'

interface SideCardProps {
  readonly title: string
  readonly how: string
  readonly side: Side
  readonly view: SideView
  readonly glueRefetches: boolean
  /** The code that keeps the cache live. */
  readonly live: ComponentType<LiveProps>
}

/** One cache, the code that keeps it live, and its comparison with the server. */
export function SideCard({ title, how, side, view, glueRefetches, live: Live }: SideCardProps) {
  const { channel } = useDemo()
  const { name, queryClient, webSocket } = side
  const url = useMemo(() => createDemo(channel, name).url('/socket'), [channel, name])
  const queries = useMemo(() => orderQueries(createDemo(channel, READER)), [channel])
  const { received, drops, fetches, wrongFor, isOpen, differing } = view
  const status = isOpen ? 'open' : drops > 0 ? 'reconnecting' : 'connecting'
  const figures = {
    'Updates received': received,
    Drops: drops,
    Fetches: fetches,
    'Wrong for': formatSeconds(wrongFor),
  }
  return (
    <div data-side={name}>
      <Card title={title} aside={<StatusLight status={status} />}>
        <code className="converged-how">{how}</code>
        <SideVerdict view={view} />
        <Figures of={figures} />
        <QueryClientProvider client={queryClient}>
          <Live url={url} webSocket={webSocket} glueRefetches={glueRefetches} />
          <OrderTable queries={queries} differing={differing} />
        </QueryClientProvider>
      </Card>
    </div>
  )
}
