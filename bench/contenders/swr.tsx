import useSWR from 'swr'
import useSWRSubscription, { type SWRSubscription } from 'swr/subscription'
import { ListView, PollView, PriceCell } from '../page/cells.tsx'
import { openStream } from '../page/openStream.ts'
import { startReactPage, type RowStream, type Stream } from '../page/startReactPage.tsx'
import type { Price as PriceData, Row } from '../protocol.ts'
import { fetchRows } from './fetchRows.ts'
import { readPrices, readRows } from './frames.ts'
import { appendCapped } from './stores.ts'
import { useOwnStream } from './useOwnStream.ts'

type Next = (price: PriceData) => void

// A subscription for each symbol, and one socket for all of them.
const subscribers = new Map<string, Next>()

const subscribePrice: SWRSubscription<string, PriceData> = (symbol, { next }) => {
  subscribers.set(symbol, price => next(null, price))
  return () => subscribers.delete(symbol)
}

const receivePrices = (data: string) => {
  for (const { params, response } of readPrices(data)) subscribers.get(params.symbol)?.(response)
}

// By default data is compared by content; stream data is always new.
const options = { compare: Object.is }

function Feed(stream: Stream) {
  useOwnStream(stream, receivePrices)
  return null
}

function Price({ symbol }: { symbol: string }) {
  const { data } = useSWRSubscription<PriceData>(symbol, subscribePrice, options)
  return <PriceCell symbol={symbol} price={data} />
}

function List({ url, transport, cap }: RowStream) {
  const subscribeRows: SWRSubscription<string, Row[]> = (_, { next }) =>
    openStream(url, transport, data => {
      const added = readRows(data).map(({ response }) => response)
      next(null, (rows = []) => appendCapped(rows, added, cap))
    })
  const { data = [] } = useSWRSubscription<Row[]>(url, subscribeRows, options)
  return <ListView rows={data} />
}

function Poll({ url, interval }: { url: string; interval: number }) {
  const { data } = useSWR<Row[], Error>(url, fetchRows, { refreshInterval: interval, dedupingInterval: 0 })
  return <PollView rows={data} />
}

startReactPage({ Feed, Price, List, Poll })
