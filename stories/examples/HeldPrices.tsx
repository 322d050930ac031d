import { useLongPoll } from 'react-query-realtime'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { Figures } from '../parts/Figures.tsx'
import { marketMessages } from '../parts/market.ts'
import { PriceTable } from '../parts/PriceTable.tsx'
import { StatusLight } from '../parts/StatusLight.tsx'
import { useNow } from '../parts/useNow.ts'
import { useServerView } from '../parts/useServerView.ts'

export interface HeldPricesProps {
  enabled: boolean
  /** How long the server holds a request without news (ms). */
  hold: number
}

export function HeldPrices({ enabled, hold }: HeldPricesProps) {
  const poll = useLongPoll({
    url: useDemo().url('/long-poll', { hold }),
    enabled,
    holdTimeout: hold + 5_000,
    messages: marketMessages,
  })
  const { status, nextRetryAt, retryCount, error } = poll
  useNow(500) // The cursor does not re-render on its own, so this does.
  const view = useServerView()

  return (
    <Card title="Prices" aside={<StatusLight {...{ status, nextRetryAt, retryCount, error }} />}>
      <PriceTable />
      <Figures
        of={{
          'Requests so far': view?.opened.longPoll,
          'Held requests': view?.clients.find(({ transport }) => transport === 'longPoll')?.open,
          Cursor: poll.cursor?.etag,
        }}
      />
    </Card>
  )
}
