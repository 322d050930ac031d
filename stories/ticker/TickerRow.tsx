import { memo, useEffect, useRef } from 'react'
import { useMessage } from 'react-query-realtime'
import { formatPrice } from '../parts/format.ts'
import type { Quote } from '../parts/market.ts'

interface TickerRowProps {
  readonly symbol: string
  readonly onRender: () => void
}

/** One price. It reads its own key only, so messages for other symbols do not re-render it. */
export const TickerRow = memo(function TickerRow({ symbol, onRender }: TickerRowProps) {
  const { data } = useMessage('price', { symbol })
  const quote = data as Quote | undefined
  const price = useRef<HTMLSpanElement>(null)

  useEffect(onRender)
  useEffect(() => {
    // Alternates between two names for one animation, which restarts it.
    const dataset = price.current?.dataset
    if (dataset) dataset['flash'] = dataset['flash'] === 'odd' ? 'even' : 'odd'
  }, [quote])

  return (
    <li className="ticker-row" data-symbol={symbol} data-last={quote?.last}>
      <span>{symbol}</span>
      <span ref={price} className="ticker-price figures" data-direction={directionOf(quote)}>
        {quote ? formatPrice(quote.last) : '–'}
      </span>
    </li>
  )
})

function directionOf(quote: Quote | undefined): 'up' | 'down' | 'same' {
  if (!quote || quote.change === 0) return 'same'
  return quote.change > 0 ? 'up' : 'down'
}
