import type { ReactNode } from 'react'
import { Change } from './Change.tsx'
import { formatPrice, formatSecond } from './format.ts'
import type { Quote } from './market.ts'

/** A table of quotes with `QuoteTable.Row` as rows. An `extra` column replaces the time. */
export function QuoteTable({ extra, children }: { extra?: string; children: ReactNode }) {
  return (
    <table className="prices">
      <thead>
        <tr>
          <th scope="col">Symbol</th>
          <th scope="col">Price</th>
          <th scope="col">Change</th>
          <th scope="col">{extra ?? 'Time'}</th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  )
}

export interface QuoteRowProps {
  symbol: string
  quote: Quote | undefined
  error?: Error | null
  /** Content of the `extra` column. */
  children?: ReactNode
}

QuoteTable.Row = function QuoteRow({ symbol, quote, error = null, children }: QuoteRowProps) {
  return (
    <tr data-symbol={symbol} data-last={quote?.last}>
      <th scope="row">{symbol}</th>
      <td className="figures">{quote ? formatPrice(quote.last) : (error?.message ?? '–')}</td>
      <td className="figures">{quote ? <Change of={quote} /> : '–'}</td>
      <td className="figures quiet">{children ?? (quote ? formatSecond(quote.at) : '–')}</td>
    </tr>
  )
}
