import { QueryClient, QueryClientProvider, skipToken, useQuery } from '@tanstack/react-query'
import { useCallback, type ReactNode } from 'react'
import { ListView, PriceCell } from '../page/cells.tsx'
import { renderReact } from '../page/renderReact.tsx'
import { startPage } from '../page/startPage.ts'
import type { Price as PriceData, Row } from '../protocol.ts'
import { readPrices, readRows } from './frames.ts'
import { appendCapped } from './stores.ts'
import { useOwnSocket } from './useOwnSocket.ts'

// A WebSocket by hand that writes each message into TanStack Query.
const queryClient = new QueryClient()

function receivePrices(data: string) {
  for (const { params, response } of readPrices(data))
    queryClient.setQueryData(['price', params.symbol], response)
}

function Feed({ url, children }: { url: string; children: ReactNode }) {
  useOwnSocket(url, receivePrices)
  return <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
}

function Price({ symbol }: { symbol: string }) {
  const { data } = useQuery<PriceData>({ queryKey: ['price', symbol], queryFn: skipToken })
  return <PriceCell symbol={symbol} price={data} />
}

function Rows({ url, cap }: { url: string; cap: number }) {
  const receive = useCallback(
    (data: string) => {
      const added = readRows(data).map(({ response }) => response)
      queryClient.setQueryData<Row[]>(['rows'], (rows = []) => appendCapped(rows, added, cap))
    },
    [cap],
  )
  useOwnSocket(url, receive)
  const { data = [] } = useQuery<Row[]>({ queryKey: ['rows'], queryFn: skipToken })
  return <ListView rows={data} />
}

function List(props: { url: string; cap: number }) {
  return (
    <QueryClientProvider client={queryClient}>
      <Rows {...props} />
    </QueryClientProvider>
  )
}

startPage(renderReact({ Feed, Price, List }))
