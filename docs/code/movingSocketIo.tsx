// #region after
import { socketOptions, useSocket, useSocketQuery } from 'react-query-realtime'
import { z } from 'zod'

const symbol = z.object({ symbol: z.string() })
const market = socketOptions({
  url: '/plain',
  messages: {
    price: { params: symbol, response: z.object({ last: z.number() }) },
    order: { params: symbol, response: z.object({ id: z.string() }) },
  },
})

export function Price({ symbol }: { symbol: string }) {
  const { status, request } = useSocket(market)
  const { data } = useSocketQuery(market, { type: 'price', params: { symbol } })
  const order = async () => {
    const { id } = await request({ type: 'order', params: { symbol } })
    console.info(`ordered: ${id}`)
  }
  return <button onClick={() => void order()}>{`${symbol} ${data?.last} ${status}`}</button>
}
// #endregion after
