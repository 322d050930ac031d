import { type RealtimeOptions, RequestError, useSocket, useSubscription } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { nest } from './clients/nest.ts'
import { startNest } from './servers/startNest.ts'
import { mountClient, shown, until } from './support.tsx'

function Price({ symbol }: { symbol: string }) {
  const { status, error: lost } = useSocket(nest)
  const { data, error } = useSubscription(nest, { type: 'price', params: { symbol } })
  const refusal = error instanceof RequestError ? String(error.error) : undefined
  return <p aria-label={symbol}>{[data, refusal ?? lost?.name ?? status].join(' ')}</p>
}

const both = [<Price key="a" symbol="A" />, <Price key="b" symbol="B" />]

async function open(children = both, options: RealtimeOptions = {}) {
  const server = await startNest()
  server.setPrice('A', 1)
  return { ...server, ...mountClient(children, { baseUrl: server.ws, getToken: () => 'secret', ...options }) }
}

test('two symbols are two subscriptions, each ends with its component', async () => {
  const { setPrice, held, rerender } = await open()
  await until(() => expect([...shown('A', 'B'), ...held()]).toEqual(['1 open', ' open', 'A', 'B']))
  setPrice('A', 2)
  setPrice('B', 9)
  await until(() => expect(shown('A', 'B')).toEqual(['2 open', '9 open']))
  rerender(both.slice(1))
  await until(() => expect(held()).toEqual(['B']))
})

test('after a drop both are subscribed again, and have the latest prices', async () => {
  const { setPrice, held, dropConnections } = await open()
  await until(() => expect([...shown('A'), held().length]).toEqual(['1 open', 2]))
  dropConnections()
  setPrice('A', 2)
  setPrice('B', 9)
  await until(() => expect([...shown('A', 'B'), ...held()]).toEqual(['2 open', '9 open', 'A', 'B']))
})

test('an exception of a handler refuses its subscription', async () => {
  await open([...both, <Price key="?" symbol="?" />])
  await until(() => expect(shown('?', 'A')).toEqual([' Unknown symbol', '1 open']))
})

test('a refused token is fetched again once', async () => {
  await open(both, { getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
  await until(() => expect(shown('A')).toEqual(['1 open']))
})

test('a token that is refused twice ends the connection', async () => {
  await open(both, { getToken: () => 'wrong' })
  await until(() => expect(shown('A')).toEqual([' UnauthorizedError']))
})
