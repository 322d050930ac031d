import { useCallback, useState } from 'react'
import { useSocket } from 'react-query-realtime'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { marketRecovery } from '../parts/market.ts'
import { StatusLight } from '../parts/StatusLight.tsx'
import { createCounters } from './createCounters.ts'
import { Paces } from './Paces.tsx'
import { TickerRow } from './TickerRow.tsx'
import { useTickerFeed } from './useTickerFeed.tsx'
import './ticker.css'

/** 200 prices over one socket. */
export function Ticker() {
  const [counters] = useState(createCounters)
  const countMessage = useCallback(() => counters.add('messages'), [counters])
  const countRow = useCallback(() => counters.add('rows'), [counters])
  const { symbols, controls } = useTickerFeed()
  const { status, nextRetryAt, retryCount } = useSocket({
    url: useDemo().url('/socket', { snapshot: 1 }),
    recovery: marketRecovery,
    // No handler: each price is written at ['price', { symbol }], which its row reads.
    onMessage: countMessage,
  })
  return (
    <>
      <Card title="The feed" aside={<StatusLight {...{ status, nextRetryAt, retryCount }} />}>
        {controls}
        <Paces counters={counters} />
      </Card>
      <ul className="ticker" aria-label="Prices">
        {symbols.map(symbol => (
          <TickerRow key={symbol} symbol={symbol} onRender={countRow} />
        ))}
      </ul>
    </>
  )
}
