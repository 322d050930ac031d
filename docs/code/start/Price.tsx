import { useSocketQuery } from 'react-query-realtime'
import { market } from './market.ts'

export function Price({ symbol }: { symbol: string }) {
  const { data } = useSocketQuery(market, { type: 'price', params: { symbol } })
  return (
    <p>
      {symbol}: <b>{data ? data.last.toFixed(2) : '…'}</b>
    </p>
  )
}
