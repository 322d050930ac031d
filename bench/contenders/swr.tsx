import type { ReactNode } from 'react'
import useSWRSubscription, { type SWRSubscription } from 'swr/subscription'
import { ListView, PriceCell } from '../page/cells.tsx'
import { renderReact } from '../page/renderReact.tsx'
import { startPage } from '../page/startPage.ts'
import type { Price as PriceData, Row } from '../protocol.ts'
import { readPrices, readRows } from './frames.ts'
import { appendCapped } from './stores.ts'
import { useOwnSocket } from './useOwnSocket.ts'

type Next = (price: PriceData) => void

// A subscription for each symbol, and one socket that serves them.
const subscribers = new Map<string, Next>()

const subscribePrice: SWRSubscription<string, PriceData> = (symbol, { next }) => {
  subscribers.set(symbol, price => next(null, price))
  return () => subscribers.delete(symbol)
}

const receivePrices = (data: string) => {
  for (const { params, response } of readPrices(data)) subscribers.get(params.symbol)?.(response)
}

// By default data is compared by content; what a stream brings is new.
const options = { compare: Object.is }

function Feed({ url, children }: { url: string; children: ReactNode }) {
  useOwnSocket(url, receivePrices)
  return children
}

function Price({ symbol }: { symbol: string }) {
  const { data } = useSWRSubscription<PriceData>(symbol, subscribePrice, options)
  return <PriceCell symbol={symbol} price={data} />
}

function List({ url, cap }: { url: string; cap: number }) {
  const subscribeRows: SWRSubscription<string, Row[]> = (_, { next }) => {
    const socket = new WebSocket(url)
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const added = readRows(data).map(({ response }) => response)
      next(null, (rows = []) => appendCapped(rows, added, cap))
    }
    return () => socket.close()
  }
  const { data = [] } = useSWRSubscription<Row[]>(url, subscribeRows, options)
  return <ListView rows={data} />
}

startPage(renderReact({ Feed, Price, List }))
