import { memo, type ReactNode } from 'react'
import { formatPrice } from '../parts/format.ts'
import type { Quote } from '../parts/market.ts'

/** The prices of a side. Both sides have the same markup. */
export function PriceList({ children }: { readonly children: ReactNode }) {
  return (
    <ul className="prices" aria-label="Prices">
      {children}
    </ul>
  )
}

interface PriceProps {
  readonly symbol: string
  readonly quote: Quote | undefined
}

export const Price = memo(function Price({ symbol, quote }: PriceProps) {
  const direction = quote && quote.change < 0 ? 'down' : 'up'
  return (
    <li className="price" data-symbol={symbol} data-last={quote?.last} data-at={quote?.at}>
      <span>{symbol}</span>
      <span className={`figures change-${direction}`}>{quote ? formatPrice(quote.last) : '–'}</span>
    </li>
  )
})
