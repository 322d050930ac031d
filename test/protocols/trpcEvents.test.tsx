import { type RealtimeOptions, useMessage, useServerEvents } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { onPrice } from './clients/trpcEvents.ts'
import { startTrpc } from './servers/startTrpc.ts'
import { mountClient, shown, until } from './support.tsx'

function Prices({ symbol }: { symbol: string }) {
  const { status, error } = useServerEvents(onPrice(symbol))
  const { data: prices } = useMessage('price', { symbol })
  const { data: refusal } = useMessage('price.error', { symbol })
  return (
    <p aria-label={symbol}>{[...((prices ?? []) as number[]), refusal ?? error?.name ?? status].join(' ')}</p>
  )
}

const both = [<Prices key="a" symbol="A" />, <Prices key="b" symbol="B" />]

async function open(options: RealtimeOptions = {}) {
  const server = await startTrpc()
  server.setPrice('A', 1)
  const view = mountClient(both, { baseUrl: server.http, getToken: () => 'secret', ...options })
  return { ...server, ...view }
}

test('two symbols are two subscriptions, each ends with its component', async () => {
  const { open: subscriptions, setPrice, rerender } = await open()
  await until(() => expect(shown('A', 'B')).toEqual(['1 open', 'open']))
  setPrice('A', 2)
  setPrice('B', 9)
  await until(() => expect(shown('A', 'B')).toEqual(['1 2 open', '9 open']))
  rerender(both.slice(1))
  await until(() => expect(subscriptions).toEqual(['B']))
})

test('after a drop a subscription continues after its last tracked id: nothing is lost or doubled', async () => {
  const { setPrice, dropConnections, events } = await open()
  await until(() => expect(shown('A', 'B')).toEqual(['1 open', 'open']))
  dropConnections()
  for (const last of [2, 3]) setPrice('A', last)
  setPrice('B', 9)
  await until(() => expect(shown('A')).toEqual(['1 2 3 open']))
  expect(events.filter(({ kind }) => kind === 'gap').length).toBeLessThanOrEqual(1)
})

test('an error of the procedure ends its subscription', async () => {
  const { rerender } = await open()
  rerender(<Prices symbol="?" />)
  await until(() => expect(shown('?')).toEqual(['NOT_FOUND']))
})

test('a refused token is fetched again once', async () => {
  await open({ getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
  await until(() => expect(shown('A')).toEqual(['1 open']))
})

test('a token that is refused twice ends the subscription', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('A')).toEqual(['UnauthorizedError']))
})
