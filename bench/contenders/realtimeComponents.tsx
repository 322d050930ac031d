import { QueryClient, QueryClientProvider, skipToken, useQuery } from '@tanstack/react-query'
import type { ComponentType, ReactNode } from 'react'
import {
  append,
  cursorInQuery,
  useMessage,
  usePolling,
  useServerEvents,
  useSocket,
  type Recovery,
} from 'react-query-realtime'
import { ListView, PollView, PriceCell } from '../page/cells.tsx'
import type { Components, RowStream, Stream } from '../page/startReactPage.tsx'
import type { Price as PriceData, Row } from '../protocol.ts'

const recovery: Recovery = {
  cursor: ({ seq }) => (seq === undefined ? undefined : { seq }),
  attach: cursorInQuery(),
  resumed: ({ type, response }) =>
    type === 'welcome' ? (response as { resumed: boolean }).resumed : undefined,
}

function Feed({ url, transport }: Stream) {
  return transport === 'events' ? <EventFeed url={url} /> : <SocketFeed url={url} />
}

function SocketFeed({ url }: { url: string }) {
  useSocket({ url })
  return null
}

function EventFeed({ url }: { url: string }) {
  useServerEvents({ url })
  return null
}

function Price({ symbol }: { symbol: string }) {
  const { data } = useMessage('price', { symbol })
  return <PriceCell symbol={symbol} price={data as PriceData | undefined} />
}

function RowFeed({ url, cap, isResumable }: RowStream) {
  useSocket({
    url,
    on: { row: ({ response }, cache) => cache.setQueryData(['rows'], append(response, { max: cap })) },
    recovery: isResumable ? recovery : undefined,
  })
  return null
}

function Rows() {
  const { data = [] } = useQuery<Row[]>({ queryKey: ['rows'], queryFn: skipToken })
  return <ListView rows={data} />
}

function List(stream: RowStream) {
  return (
    <>
      <RowFeed {...stream} />
      <Rows />
    </>
  )
}

function Poll({ url, interval }: { url: string; interval: number }) {
  const { data } = usePolling<Row[]>({ url, interval })
  return <PollView rows={data} />
}

/** This library as its README shows it, in a provider of its own. */
export function realtimeComponents(Provider: ComponentType<{ children: ReactNode }>): Components {
  const queryClient = new QueryClient()
  function Providers({ children }: { children: ReactNode }) {
    return (
      <QueryClientProvider client={queryClient}>
        <Provider>{children}</Provider>
      </QueryClientProvider>
    )
  }
  return { Providers, Feed, Price, List, Poll }
}
