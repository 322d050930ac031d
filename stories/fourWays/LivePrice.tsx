import type { ReactNode } from 'react'
import { useMessage } from 'react-query-realtime'
import { formatPrice, formatTime } from '../parts/format.ts'
import type { Quote } from '../parts/market.ts'
import { SYMBOL } from './ways.ts'

interface LivePriceProps {
  readonly quote: Quote | undefined
  /** The status light. */
  readonly children: ReactNode
}

/** A price and the status of its transport. */
export function LivePrice({ quote, children }: LivePriceProps) {
  return (
    <>
      <p className="four-ways-price figures" data-last={quote?.last}>
        {quote ? formatPrice(quote.last) : '–'}
        <small className="quiet">{quote ? `created at ${formatTime(quote.at)}` : 'no price yet'}</small>
      </p>
      {children}
    </>
  )
}

/** The latest price that arrived over this provider's connection. */
export function CachedPrice({ children }: { readonly children: ReactNode }) {
  const { data } = useMessage('price', { symbol: SYMBOL })
  return <LivePrice quote={data as Quote | undefined}>{children}</LivePrice>
}
