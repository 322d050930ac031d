// #region connection
import { socketOptions } from 'react-query-realtime'
import { z } from 'zod'

const price = z.object({ last: z.number() })
export type Price = z.infer<typeof price>

export const market = socketOptions({
  url: '/socket',
  messages: { price: { params: z.object({ symbol: z.string() }), response: price } },
})
// #endregion connection

// #region widget
import { useSubscription } from 'react-query-realtime'

export function Widget({ symbol }: { symbol: string }) {
  const { data } = useSubscription(market, { type: 'price', params: { symbol } })
  return <b title={symbol}>{data?.last ?? '…'}</b>
}
// #endregion widget

// #region select
export function RoundedWidget({ symbol }: { symbol: string }) {
  const { data } = useSubscription(market, {
    type: 'price',
    params: { symbol },
    select: ({ last }: Price) => Math.round(last),
  })
  return <b title={symbol}>{data ?? '…'}</b>
}
// #endregion select

// #region message
import { useEffect, useRef } from 'react'
import { useSocket } from 'react-query-realtime'

/** Counts messages without a render for each: `onMessage` re-renders nothing. */
export function MessageCounter({ report }: { report: (count: number) => void }) {
  const count = useRef(0)
  useSocket({ ...market, onMessage: () => void (count.current += 1) })
  useEffect(() => {
    const timer = setInterval(() => report(count.current), 1_000)
    return () => clearInterval(timer)
  }, [report])
  return null
}
// #endregion message
