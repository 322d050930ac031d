import { useSocket } from 'react-query-realtime'
import { useDemo } from '../parts/DemoContext.ts'
import { Card } from '../parts/Card.tsx'
import { Figures } from '../parts/Figures.tsx'
import { marketMessages, marketRecovery } from '../parts/market.ts'
import { PriceTable } from '../parts/PriceTable.tsx'
import { StatusLight } from '../parts/StatusLight.tsx'

export interface LivePricesProps {
  enabled: boolean
  heartbeatInterval: number
  heartbeatTimeout: number
}

export function LivePrices({ enabled, heartbeatInterval, heartbeatTimeout }: LivePricesProps) {
  const url = useDemo().url('/socket', { snapshot: 1 })
  const { status, nextRetryAt, retryCount, error, latency } = useSocket({
    url,
    enabled,
    messages: marketMessages, // written at ['price', { symbol }], which PriceTable reads with useMessage
    recovery: marketRecovery, // resumes at epoch and seq, so nothing is refetched
    heartbeat: { interval: heartbeatInterval, timeout: heartbeatTimeout },
  })

  return (
    <Card title="Prices" aside={<StatusLight {...{ status, nextRetryAt, retryCount, error }} />}>
      <PriceTable />
      <Figures of={{ 'Heartbeat round trip': latency === null ? null : `${Math.round(latency)} ms` }} />
    </Card>
  )
}
