import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { append, RealtimeProvider, socketOptions, useMessage, useSocket } from 'react-query-realtime'
import { ListView, PriceCell } from '../page/cells.tsx'
import { renderReact } from '../page/renderReact.tsx'
import { startPage } from '../page/startPage.ts'
import type { Price as PriceData, Row } from '../protocol.ts'

// This library, as its README has it.
const queryClient = new QueryClient()

const rowStream = (url: string, cap: number) =>
  socketOptions({
    url,
    on: { row: ({ response }, cache) => cache.setQueryData(['rows'], append(response, { max: cap })) },
  })

function Providers({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider>{children}</RealtimeProvider>
    </QueryClientProvider>
  )
}

function Connection({ url }: { url: string }) {
  useSocket({ url })
  return null
}

function Feed({ url, children }: { url: string; children: ReactNode }) {
  return (
    <Providers>
      <Connection url={url} />
      {children}
    </Providers>
  )
}

function Price({ symbol }: { symbol: string }) {
  const { data } = useMessage('price', { symbol })
  return <PriceCell symbol={symbol} price={data as PriceData | undefined} />
}

function Rows({ url, cap }: { url: string; cap: number }) {
  useSocket(rowStream(url, cap))
  const { data = [] } = useQuery<Row[]>({ queryKey: ['rows'], enabled: false })
  return <ListView rows={data} />
}

function List(props: { url: string; cap: number }) {
  return (
    <Providers>
      <Rows {...props} />
    </Providers>
  )
}

startPage(renderReact({ Feed, Price, List }))
