import { useCallback } from 'react'
import { ListView, PriceCell } from '../page/cells.tsx'
import type { Components, RowStream, Stream } from '../page/startReactPage.tsx'
import { PriceStore, RowStore, usePrice, useRows } from './stores.ts'

/** A hook that opens a stream and passes on the data of each frame or event. */
export type UseStream = (stream: Stream, receive: (data: string) => void) => void

/** Components over handwritten stores, which `useStream` updates. It re-renders only an empty component. */
export function storeComponents(useStream: UseStream): Components {
  const prices = new PriceStore()
  const rows = new RowStore()
  const receivePrices = (data: string) => prices.receive(data)

  function Feed(stream: Stream) {
    useStream(stream, receivePrices)
    return null
  }

  function Price({ symbol }: { symbol: string }) {
    return <PriceCell symbol={symbol} price={usePrice(prices, symbol)} />
  }

  function RowFeed({ cap, ...stream }: RowStream) {
    useStream(
      stream,
      useCallback((data: string) => rows.receive(data, cap), [cap]),
    )
    return null
  }

  function Rows() {
    return <ListView rows={useRows(rows)} />
  }

  function List(stream: RowStream) {
    return (
      <>
        <RowFeed {...stream} />
        <Rows />
      </>
    )
  }

  return { Feed, Price, List }
}
