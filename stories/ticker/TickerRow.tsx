import { memo, useEffect } from 'react'
import { useMessage } from 'react-query-realtime'
import { formatPrice } from '../parts/format.ts'
import type { Quote } from '../parts/market.ts'

interface TickerRowProps {
  readonly symbol: string
  readonly onRender: () => void
}

/** One price. It reads its own key alone, so a message for another symbol does not render it. */
export const TickerRow = memo(function TickerRow({ symbol, onRender }: TickerRowProps) {
  const { data } = useMessage('price', { symbol })
  const quote = data as Quote | undefined
  useEffect(onRender)
  return (
    <li className="ticker-row" data-symbol={symbol} data-last={quote?.last}>
      <span>{symbol}</span>
      {quote && (
        // A new element starts the flash again.
        <span key={quote.at} className="ticker-price figures" data-direction={directionOf(quote)}>
          {formatPrice(quote.last)}
        </span>
      )}
    </li>
  )
})

function directionOf({ change }: Quote): 'up' | 'down' | 'same' {
  if (change === 0) return 'same'
  return change > 0 ? 'up' : 'down'
}
