import { QueryClient, QueryClientProvider, skipToken, useQuery } from '@tanstack/react-query'
import { useCallback, type ReactNode } from 'react'
import { ListView, PollView, PriceCell } from '../page/cells.tsx'
import { startReactPage, type RowStream, type Stream } from '../page/startReactPage.tsx'
import type { Price as PriceData, Row } from '../protocol.ts'
import { fetchRows } from './fetchRows.ts'
import { readPrices, readRows } from './frames.ts'
import { appendCapped } from './stores.ts'
import { useOwnStream } from './useOwnStream.ts'

// A WebSocket by hand that writes each message into TanStack Query.
const queryClient = new QueryClient()

function receivePrices(data: string) {
  for (const { params, response } of readPrices(data))
    queryClient.setQueryData(['price', params.symbol], response)
}

function Providers({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
}

function Feed(stream: Stream) {
  useOwnStream(stream, receivePrices)
  return null
}

function Price({ symbol }: { symbol: string }) {
  const { data } = useQuery<PriceData>({ queryKey: ['price', symbol], queryFn: skipToken })
  return <PriceCell symbol={symbol} price={data} />
}

function List({ cap, ...stream }: RowStream) {
  const receive = useCallback(
    (data: string) => {
      const added = readRows(data).map(({ response }) => response)
      queryClient.setQueryData<Row[]>(['rows'], (rows = []) => appendCapped(rows, added, cap))
    },
    [cap],
  )
  useOwnStream(stream, receive)
  const { data = [] } = useQuery<Row[]>({ queryKey: ['rows'], queryFn: skipToken })
  return <ListView rows={data} />
}

function Poll({ url, interval }: { url: string; interval: number }) {
  const { data } = useQuery({
    queryKey: ['poll', url],
    queryFn: () => fetchRows(url),
    refetchInterval: interval,
  })
  return <PollView rows={data} />
}

startReactPage({ Providers, Feed, Price, List, Poll })
