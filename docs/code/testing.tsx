// #region app
import { socketOptions, usePolling, useSocket, useSocketQuery } from 'react-query-realtime'
import { z } from 'zod'

const params = z.object({ symbol: z.string() })
const response = z.object({ last: z.number() })
export const market = socketOptions({ url: '/socket', messages: { price: { params, response } } })

export function Price({ symbol }: { symbol: string }) {
  const { status } = useSocket(market)
  const { data } = useSocketQuery(market, { type: 'price', params: { symbol } })
  return <p>{`${symbol}: ${data?.last ?? '…'} (${status})`}</p>
}

export function Visits() {
  const { data } = usePolling<number>({ url: '/visits', interval: 5_000 })
  return <p>{`${data ?? '…'} visits`}</p>
}
// #endregion app
