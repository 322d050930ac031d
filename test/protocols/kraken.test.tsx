import { type RealtimeOptions, RequestError, useSubscription } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { type Book, kraken } from './clients/kraken.ts'
import { startKraken } from './servers/startKraken.ts'
import { mountClient, shown, until } from './support.tsx'

const write = (levels: Book['bids'] = []) => levels.map(({ price, qty }) => `${price}x${qty}`).join(' ')

function OrderBook({ symbol, label = symbol }: { symbol: string; label?: string }) {
  const { data, error, refetch } = useSubscription(kraken, { type: 'book', params: { symbol } })
  const book = data as Book | undefined
  return (
    <p aria-label={label} onClick={() => void refetch()}>
      {error instanceof RequestError ? String(error.error) : `${write(book?.bids)} | ${write(book?.asks)}`}
    </p>
  )
}

const BTC = 'BTC/USD'
const ETH = 'ETH/USD'
const books = [<OrderBook key="b" symbol={BTC} />, <OrderBook key="e" symbol={ETH} />]

async function open(children = books, options: RealtimeOptions = {}) {
  const server = await startKraken([BTC, ETH])
  server.set(BTC, 'bids', [100, 1])
  server.set(BTC, 'asks', [101, 2])
  return { ...server, ...mountClient(children, { baseUrl: server.ws, ...options }) }
}

test('two symbols go in one subscribe: each begins with a snapshot, and deltas change it', async () => {
  const { set, frames, refusals } = await open()
  await until(() => expect(shown(BTC, ETH)).toEqual(['100x1 | 101x2', ' | ']))
  set(BTC, 'bids', [99, 5])
  set(BTC, 'asks', [101, 0])
  set(ETH, 'asks', [10, 3])
  await until(() => expect(shown(BTC, ETH)).toEqual(['99x5 100x1 | ', ' | 10x3']))
  expect(frames.map(({ method, params }) => [method, params.symbol])).toEqual([['subscribe', [BTC, ETH]]])
  expect(refusals).toEqual([])
})

test('the last component of a symbol unsubscribes it', async () => {
  const twice = [...books, <OrderBook key="again" symbol={BTC} label="again" />]
  const { held, rerender, refusals } = await open(twice)
  await until(() => expect(held()).toEqual([BTC, ETH]))
  rerender(twice.slice(1))
  await until(() => expect(shown('again')).toEqual(['100x1 | 101x2']))
  expect(held()).toEqual([BTC, ETH])
  rerender(books.slice(1))
  await until(() => expect(held()).toEqual([ETH]))
  expect(refusals).toEqual([])
})

test('after a drop each symbol is subscribed once, and its snapshot replaces the book', async () => {
  const { set, frames, refusals, held, dropConnections } = await open()
  await until(() => expect(shown(BTC)).toEqual(['100x1 | 101x2']))
  dropConnections()
  set(BTC, 'bids', [100, 0])
  set(BTC, 'bids', [98, 4])
  await until(() => expect(shown(BTC)).toEqual(['98x4 | 101x2']))
  expect(held()).toEqual([BTC, ETH])
  expect(frames.map(({ params }) => params.symbol)).toEqual([
    [BTC, ETH],
    [BTC, ETH],
  ])
  expect(refusals).toEqual([])
})

test('a refetch unsubscribes first, so that it is not refused as "Already subscribed"', async () => {
  const { frames, refusals, getByLabelText } = await open()
  await until(() => expect(shown(BTC)).toEqual(['100x1 | 101x2']))
  getByLabelText(BTC).click()
  await until(() => expect(frames.length).toBe(3))
  await until(() => expect(shown(BTC)).toEqual(['100x1 | 101x2']))
  expect(frames.map(({ method }) => method)).toEqual(['subscribe', 'unsubscribe', 'subscribe'])
  expect(refusals).toEqual([])
})

test('an unknown symbol is refused, and the other of the same frame is not', async () => {
  const { refusals } = await open([<OrderBook key="x" symbol="X/USD" />, <OrderBook key="b" symbol={BTC} />])
  await until(() => expect(shown(BTC)).toEqual(['100x1 | 101x2']))
  await until(() => expect(shown('X/USD')).toEqual(['Currency pair not supported X/USD']))
  expect(refusals).toHaveLength(1)
})
