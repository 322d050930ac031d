import { useCallback, useEffect, type ReactNode } from 'react'
import { ListView, PriceCell } from '../page/cells.tsx'
import { renderReact } from '../page/renderReact.tsx'
import { startPage } from '../page/startPage.ts'
import { PriceStore, RowStore, usePrice, useRows } from './stores.ts'

// A WebSocket by hand, a Map, and `useSyncExternalStore`.
const prices = new PriceStore()
const rows = new RowStore()

function useSocket(url: string, receive: (data: string) => void) {
  useEffect(() => {
    const socket = new WebSocket(url)
    socket.onmessage = ({ data }: MessageEvent<string>) => receive(data)
    return () => socket.close()
  }, [url, receive])
}

const receivePrices = (data: string) => prices.receive(data)

function Feed({ url, children }: { url: string; children: ReactNode }) {
  useSocket(url, receivePrices)
  return children
}

function Price({ symbol }: { symbol: string }) {
  return <PriceCell symbol={symbol} price={usePrice(prices, symbol)} />
}

function List({ url, cap }: { url: string; cap: number }) {
  const receive = useCallback((data: string) => rows.receive(data, cap), [cap])
  useSocket(url, receive)
  return <ListView rows={useRows(rows)} />
}

startPage(renderReact({ Feed, Price, List }))
