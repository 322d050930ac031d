import { useSubscription } from 'react-query-realtime'
import { formatPrice } from '../parts/format.ts'
import type { SymbolsSocket } from './symbolsSocket.ts'

/** One price. It is subscribed while this row is mounted. */
export function SymbolRow({ socket, symbol }: { socket: SymbolsSocket; symbol: string }) {
  const { data, isStale } = useSubscription(socket, { type: 'ticker', params: { symbol } })
  return (
    <li className="symbol-row" data-symbol={symbol} data-live={!isStale}>
      <span>{symbol}</span>
      <span className="figures">{data ? formatPrice(data.last) : '–'}</span>
    </li>
  )
}
