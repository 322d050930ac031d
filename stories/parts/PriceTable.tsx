import { useMessage } from 'react-query-realtime'
import { type Quote, SYMBOLS } from './market.ts'
import { QuoteTable } from './QuoteTable.tsx'

/** The prices in the cache. Each row re-renders for its own symbol only. */
export function PriceTable({ symbols = SYMBOLS }: { symbols?: readonly string[] }) {
  return (
    <QuoteTable>
      {symbols.map(symbol => (
        <PriceRow key={symbol} symbol={symbol} />
      ))}
    </QuoteTable>
  )
}

function PriceRow({ symbol }: { symbol: string }) {
  const { data } = useMessage('price', { symbol })
  return <QuoteTable.Row symbol={symbol} quote={data as Quote | undefined} />
}
