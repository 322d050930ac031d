// #region socket
import { socketOptions, useMessage, useSocket } from 'react-query-realtime'

interface Frame {
  kind: string
  symbol: string
  last: number
}

export const market = socketOptions({
  url: '/socket',
  // The server keeps its format: { "kind": "price", "symbol": "BTC", "last": 42 }
  parse: data => {
    const { kind, symbol, last } = JSON.parse(data as string) as Frame
    return { type: kind, params: { symbol }, response: last }
  },
})

export function Price({ symbol }: { symbol: string }) {
  const { status, send } = useSocket(market)
  const { data: last } = useMessage('price', { symbol })
  const order = () => send({ kind: 'order', item: symbol })
  return <button onClick={order}>{`${symbol} ${last as number | undefined} ${status}`}</button>
}
// #endregion socket

// #region provider
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { RealtimeProvider } from 'react-query-realtime'

const queryClient = new QueryClient()

export function Providers({ baseUrl, children }: { baseUrl: string; children: ReactNode }) {
  return (
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider baseUrl={baseUrl}>{children}</RealtimeProvider>
    </QueryClientProvider>
  )
}
// #endregion provider

// #region list
import { skipToken, useQuery } from '@tanstack/react-query'
import { append, messageKey } from 'react-query-realtime'

const ticks = socketOptions({
  ...market,
  on: {
    price: ({ params, response }, cache) => {
      // A handler replaces the default write, so it also writes the price.
      cache.setQueryData(messageKey('price', params), response)
      cache.setQueryData(['ticks'], append(response, { max: 50 }))
    },
  },
})

export function Ticks() {
  useSocket(ticks)
  const { data = [] } = useQuery<unknown[]>({ queryKey: ['ticks'], queryFn: skipToken })
  return <p>{data.join(' ')}</p>
}
// #endregion list

// #region events
import { useServerEvents } from 'react-query-realtime'

export function EventPrice({ symbol }: { symbol: string }) {
  const { status } = useServerEvents({
    url: '/events',
    parse: (data, { type }) => {
      const { symbol: of, last } = JSON.parse(data as string) as { symbol: string; last: number }
      return { type, params: { symbol: of }, response: last }
    },
  })
  const { data: last } = useMessage('price', { symbol })
  return <p>{`${symbol} ${last as number | undefined} ${status}`}</p>
}
// #endregion events
