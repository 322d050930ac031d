import { useMessage, useSocket } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { marketMessages, marketRecovery, type Quote, SYMBOLS } from '../parts/market.ts'
import { QuoteTable } from '../parts/QuoteTable.tsx'
import { RenderCount } from '../parts/RenderCount.tsx'
import { StatusLight } from '../parts/StatusLight.tsx'

export function OneKeyEach({ rate }: { rate: number }) {
  const demo = useDemo()
  const { status, nextRetryAt, retryCount, error } = useSocket({
    url: demo.url('/socket', { snapshot: 1 }),
    messages: marketMessages,
    recovery: marketRecovery,
  })
  return (
    <Card title="Prices" aside={<StatusLight {...{ status, nextRetryAt, retryCount, error }} />}>
      <QuoteTable extra="Renders">
        {SYMBOLS.map(symbol => (
          <Row key={symbol} symbol={symbol} />
        ))}
      </QuoteTable>
      <div className="buttons">
        <Button onClick={() => void demo.post('/feed', { rate: 0 })}>Stop the feed</Button>
        <Button onClick={() => void demo.post('/feed', { rate })}>{rate} prices a second</Button>
        <Button
          onClick={() =>
            void demo.post('/publish', {
              type: 'price',
              params: { symbol: 'BTC' },
              response: { last: 50_000, change: 0, at: Date.now() },
            })
          }
        >
          BTC to 50,000
        </Button>
      </div>
    </Card>
  )
}

function Row({ symbol }: { symbol: string }) {
  const { data } = useMessage('price', { symbol })
  return (
    <QuoteTable.Row symbol={symbol} quote={data as Quote | undefined}>
      <RenderCount of={symbol} />
    </QuoteTable.Row>
  )
}
