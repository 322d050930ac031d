import { useMessage } from 'react-query-realtime'
import { formatPrice, formatTime } from './format.ts'
import { type Quote, SYMBOLS } from './market.ts'

/** The prices that the cache holds, whoever wrote them. Each row re-renders for its own symbol only. */
export function PriceTable({ symbols = SYMBOLS }: { symbols?: readonly string[] }) {
  return (
    <table className="prices">
      <thead>
        <tr>
          <th scope="col">Symbol</th>
          <th scope="col">Price</th>
          <th scope="col">Change</th>
          <th scope="col">At</th>
        </tr>
      </thead>
      <tbody>
        {symbols.map(symbol => (
          <PriceRow key={symbol} symbol={symbol} />
        ))}
      </tbody>
    </table>
  )
}

function PriceRow({ symbol }: { symbol: string }) {
  const { data } = useMessage('price', { symbol })
  return <QuoteRow symbol={symbol} quote={data as Quote | undefined} />
}

/** One quote as a row of a table with the columns of `PriceTable`. */
export function QuoteRow({ symbol, quote }: { symbol: string; quote: Quote | undefined }) {
  return (
    <tr data-symbol={symbol} data-last={quote?.last}>
      <th scope="row">{symbol}</th>
      <td className="figures">{quote ? formatPrice(quote.last) : '–'}</td>
      <td className="figures">{quote ? <Change of={quote} /> : '–'}</td>
      <td className="figures quiet">{quote ? formatTime(quote.at) : '–'}</td>
    </tr>
  )
}

function Change({ of: { last, change } }: { of: Quote }) {
  const direction = change > 0 ? 'up' : change < 0 ? 'down' : 'same'
  const sign = { up: '▲', down: '▼', same: '' }[direction]
  const digits = last >= 5 ? 2 : 4
  return (
    <span className={`change change-${direction}`}>
      <span aria-hidden="true">{sign}</span> {change > 0 && '+'}
      {change.toFixed(digits)}
    </span>
  )
}
