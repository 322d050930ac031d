import { useState, useTransition } from 'react'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { Columns } from '../parts/Columns.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { Pane } from './Pane.tsx'
import { PolledPrice, RequestedPrice, SubscribedPrice } from './prices.tsx'
import './suspense.css'

const SYMBOLS = ['BTC', 'ETH', 'SOL', 'unknown']

/** A page that the user opens, leaves and changes. Its panes suspend side by side. */
export function SuspensePage() {
  const demo = useDemo()
  const [symbol, setSymbol] = useState<string | null>('BTC')
  const [keepsOld, setKeepsOld] = useState(true)
  const [isPending, startTransition] = useTransition()

  function show(next: string | null) {
    if (keepsOld) startTransition(() => setSymbol(next))
    else setSymbol(next)
  }

  return (
    <Card title="One symbol, three hooks">
      <div className="buttons suspense-controls" role="group" aria-label="Symbol">
        {SYMBOLS.map(name => (
          <Button
            key={name}
            look={name === symbol ? 'primary' : 'plain'}
            aria-pressed={name === symbol}
            onClick={() => show(name)}
          >
            {name}
          </Button>
        ))}
        <Button onClick={() => show(null)}>Leave the page</Button>
        <label>
          <input type="checkbox" checked={keepsOld} onChange={() => setKeepsOld(!keepsOld)} />
          {' Keep the old symbol on screen (startTransition)'}
        </label>
      </div>
      {symbol === null ? (
        <p className="quiet">You have left the page. Its connection closes within a few seconds.</p>
      ) : (
        <div className="suspense-page" aria-busy={isPending}>
          <Columns min="14rem">
            <Pane of={symbol} title="useSuspenseSocketQuery">
              <RequestedPrice url={demo.url('/socket')} symbol={symbol} />
            </Pane>
            <Pane of={symbol} title="useSuspenseSubscription">
              <SubscribedPrice url={demo.url('/socket')} symbol={symbol} />
            </Pane>
            <Pane of={symbol} title="useSuspensePolling">
              <PolledPrice url={demo.url('/poll', { type: 'price', symbol })} />
            </Pane>
          </Columns>
        </div>
      )}
    </Card>
  )
}
