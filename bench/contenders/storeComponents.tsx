import { useCallback, type ReactNode } from 'react'
import { ListView, PriceCell } from '../page/cells.tsx'
import type { Components } from '../page/renderReact.tsx'
import { PriceStore, RowStore, usePrice, useRows } from './stores.ts'

/** A hook that opens a WebSocket and hands on each frame. */
export type UseStream = (url: string, receive: (data: string) => void) => void

/** Components over stores written by hand, which `useStream` feeds. What it re-renders is an empty component alone. */
export function storeComponents(useStream: UseStream): Components {
  const prices = new PriceStore()
  const rows = new RowStore()
  const receivePrices = (data: string) => prices.receive(data)

  function Stream({ url, receive }: { url: string; receive: (data: string) => void }) {
    useStream(url, receive)
    return null
  }

  return {
    Feed: ({ url, children }: { url: string; children: ReactNode }) => (
      <>
        <Stream url={url} receive={receivePrices} />
        {children}
      </>
    ),
    Price: ({ symbol }) => <PriceCell symbol={symbol} price={usePrice(prices, symbol)} />,
    List: ({ url, cap }) => {
      const receive = useCallback((data: string) => rows.receive(data, cap), [cap])
      return (
        <>
          <Stream url={url} receive={receive} />
          <RowsOf store={rows} />
        </>
      )
    },
  }
}

function RowsOf({ store }: { store: RowStore }) {
  return <ListView rows={useRows(store)} />
}
