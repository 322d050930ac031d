import { type RealtimeOptions, RequestError, useSocket, useSubscription } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { trpcSocket } from './clients/trpcSocket.ts'
import { startTrpc } from './servers/startTrpc.ts'
import { mountClient, shown, until } from './support.tsx'

function Prices({ symbol }: { symbol: string }) {
  const { status, error: lost } = useSocket(trpcSocket)
  const { data, error } = useSubscription(trpcSocket, { type: 'onPrice', params: { symbol } })
  const code = error instanceof RequestError ? String(error.error) : undefined
  return <p aria-label={symbol}>{[...((data ?? []) as number[]), code ?? lost?.name ?? status].join(' ')}</p>
}

const both = [<Prices key="a" symbol="A" />, <Prices key="b" symbol="B" />]

async function open(children = both, options: RealtimeOptions = {}) {
  const server = await startTrpc()
  server.setPrice('A', 1)
  const page = mountClient(children, { baseUrl: server.ws, getToken: () => 'secret', ...options })
  return { ...server, ...page }
}

test('two symbols are two subscriptions, each ends with its component', async () => {
  const { open: subscriptions, setPrice, rerender } = await open()
  await until(() => expect([...shown('A', 'B'), ...subscriptions]).toEqual(['1 open', 'open', 'A', 'B']))
  setPrice('A', 2)
  setPrice('B', 9)
  await until(() => expect(shown('A', 'B')).toEqual(['1 2 open', '9 open']))
  rerender(both.slice(1))
  await until(() => expect(subscriptions).toEqual(['B']))
})

test('after a drop each subscription continues after its own tracked id: nothing is lost or doubled', async () => {
  const { setPrice, dropConnections, events } = await open()
  await until(() => expect(shown('A', 'B')).toEqual(['1 open', 'open']))
  setPrice('B', 7)
  await until(() => expect(shown('A', 'B')).toEqual(['1 open', '7 open']))
  dropConnections()
  for (const last of [2, 3]) setPrice('A', last)
  setPrice('B', 8)
  await until(() => expect(shown('A', 'B')).toEqual(['1 2 3 open', '7 8 open']))
  expect(events.filter(({ kind }) => kind === 'gap')).toEqual([])
})

test('an error of the procedure refuses its subscription', async () => {
  await open([...both, <Prices key="?" symbol="?" />])
  await until(() => expect(shown('?', 'A')).toEqual(['NOT_FOUND', '1 open']))
})

test('a refused token is fetched again once', async () => {
  await open(both, { getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
  await until(() => expect(shown('A')).toEqual(['1 open']))
})

test('a token that is refused twice ends the connection', async () => {
  await open(both, { getToken: () => 'wrong' })
  await until(() => expect(shown('A')).toEqual(['UnauthorizedError']))
})
