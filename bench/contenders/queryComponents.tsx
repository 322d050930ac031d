import { QueryClient, QueryClientProvider, skipToken, useQuery } from '@tanstack/react-query'
import { useCallback, type ReactNode } from 'react'
import { ListView, PollView, PriceCell } from '../page/cells.tsx'
import type { Components, RowStream, Stream } from '../page/startReactPage.tsx'
import type { Price as PriceData, Row } from '../protocol.ts'
import { fetchRows } from './fetchRows.ts'
import { readPrices, readRows } from './frames.ts'
import { appendCapped } from './stores.ts'
import { useOwnStream } from './useOwnStream.ts'

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

function RowFeed({ cap, ...stream }: RowStream) {
  const receive = useCallback(
    (data: string) => {
      const added = readRows(data).map(({ response }) => response)
      queryClient.setQueryData<Row[]>(['rows'], (rows = []) => appendCapped(rows, added, cap))
    },
    [cap],
  )
  useOwnStream(stream, receive)
  return null
}

function Rows({ structuralSharing }: { structuralSharing: boolean }) {
  const { data = [] } = useQuery<Row[]>({ queryKey: ['rows'], queryFn: skipToken, structuralSharing })
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

/**
 * A handwritten WebSocket or EventSource that writes each message into TanStack Query; lists with or without
 * structural sharing.
 */
export function queryComponents(structuralSharing: boolean): Components {
  return {
    Providers,
    Feed,
    Price,
    List: stream => (
      <>
        <RowFeed {...stream} />
        <Rows structuralSharing={structuralSharing} />
      </>
    ),
    Poll,
  }
}
