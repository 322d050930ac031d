import { useServerEvents } from 'react-query-realtime'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { Figures } from '../parts/Figures.tsx'
import { marketMessages } from '../parts/market.ts'
import { PriceTable } from '../parts/PriceTable.tsx'
import { StatusLight } from '../parts/StatusLight.tsx'
import { useNow } from '../parts/useNow.ts'

export interface EventPricesProps {
  enabled: boolean
  silenceTimeout: number
}

export function EventPrices({ enabled, silenceTimeout }: EventPricesProps) {
  const url = useDemo().url('/events', { comment: 1_000 })
  const events = useServerEvents({
    url,
    enabled,
    silenceTimeout, // twice the interval of the server's comments
    messages: marketMessages,
  })
  const { status, nextRetryAt, retryCount, error } = events
  useNow(500) // lastEventId does not re-render on its own, so this does.

  return (
    <Card title="Prices" aside={<StatusLight {...{ status, nextRetryAt, retryCount, error }} />}>
      <PriceTable />
      <Figures of={{ 'Last event id': events.lastEventId }} />
    </Card>
  )
}
