// #region price
import { socketOptions, useSocketQuery } from 'react-query-realtime'
import { z } from 'zod'

export const market = socketOptions({
  url: '/socket',
  messages: { price: { params: z.object({ symbol: z.string() }), response: z.object({ last: z.number() }) } },
})

export function Price({ symbol }: { symbol: string }) {
  const { data } = useSocketQuery(market, { type: 'price', params: { symbol } })
  return <p>{`${symbol}: ${data?.last ?? '…'}`}</p>
}
// #endregion price

// #region stop
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { messageKey, useSocket } from 'react-query-realtime'

/** In ms. Longer than a remount or a change of route takes, and longer than `closeDelay` (1,000). */
const GRACE = 2_000

/** Tells the server that no component reads a price any more. */
function useStopWhenUnread(symbol: string) {
  const { send } = useSocket(market)
  const queryCache = useQueryClient().getQueryCache()
  useEffect(() => {
    const isRead = () => {
      const query = queryCache.find({ queryKey: messageKey('price', { symbol }) })
      return query !== undefined && query.getObserversCount() > 0
    }
    return () => {
      setTimeout(() => {
        if (!isRead()) send({ type: 'price.stop', params: { symbol } })
      }, GRACE)
    }
  }, [queryCache, send, symbol])
}

export function StoppingPrice({ symbol }: { symbol: string }) {
  useStopWhenUnread(symbol)
  return <Price symbol={symbol} />
}
// #endregion stop
