import { cleanup } from '@testing-library/react'
import { shareConnections, type SocketResult, useSocket, useSubscription } from 'react-query-realtime'
import { expect, test, vi } from 'vitest'
import { startSocketServer } from '../support/socketServer.ts'
import { startSubscriptionServer } from '../support/subscriptionServer.ts'
import { setUpHostedTabs } from '../support/setUpHostedTabs.tsx'
import { until } from '../support/until.ts'

function Price({ url, symbol }: { url: string; symbol: string }) {
  const { data } = useSubscription({ url }, { type: 'price', params: { symbol } })
  const { last = '…' } = (data ?? {}) as { last?: number }
  return <b>{`${symbol} ${last}`}</b>
}

test('subscriptions of all tabs are one at the server, a second tab gets its data, and the last one ends it', async () => {
  const server = await startSubscriptionServer()
  const openTab = setUpHostedTabs()
  server.publish('BTC', { last: 1 })
  const first = openTab(<Price url={server.url} symbol="BTC" />)
  await until(() => expect(first.container.textContent).toBe('BTC 1'))
  const second = openTab(<Price url={server.url} symbol="BTC" />)
  await until(() => expect(second.container.textContent).toBe('BTC 1'))
  expect(server.frames).toEqual(['+BTC', '-BTC', '+BTC'])
  server.publish('BTC', { last: 2 })
  for (const tab of [first, second]) await until(() => expect(tab.container.textContent).toBe('BTC 2'))
  first.unmount()
  server.publish('BTC', { last: 3 })
  await until(() => expect(second.container.textContent).toBe('BTC 3'))
  expect([server.holds(), server.sockets.length]).toEqual([['BTC'], 1])
  second.unmount()
  await until(() => expect(server.holds()).toEqual([]))
})

test('a message that only another tab has subscribed to is not an unknown type', async () => {
  const server = await startSubscriptionServer()
  const openTab = setUpHostedTabs()
  const first = openTab(<Price url={server.url} symbol="BTC" />)
  const second = openTab(<Price url={server.url} symbol="ETH" />)
  await until(() => expect(server.holds()).toEqual(['BTC', 'ETH']))
  server.publish('BTC', { last: 1 })
  server.publish('ETH', { last: 2 })
  await until(() => expect(first.container.textContent).toBe('BTC 1'))
  await until(() => expect(second.container.textContent).toBe('ETH 2'))
  expect([...first.events, ...second.events].filter(({ kind }) => kind === 'unknown-type')).toEqual([])
})

function Requester({ url, use }: { url: string; use: (socket: SocketResult) => void }) {
  use(useSocket({ url, on: { error: ({ type }) => void errors.push(type) } }))
  return null
}
const errors: string[] = []

test('two tabs use different ids, and each gets only its own replies and errors', async () => {
  errors.length = 0
  const ids: number[] = []
  const server = await startSocketServer(socket =>
    socket.on('message', (data: Buffer) => {
      const { id, type, params } = JSON.parse(String(data)) as { id: number; type: string; params: number }
      ids.push(id)
      const content = params === 0 ? { error: 'no' } : { response: params * 10 }
      socket.send(JSON.stringify({ type, params, re: id, ...content }))
    }),
  )
  const openTab = setUpHostedTabs()
  const sockets: SocketResult[] = []
  const tabs = [0, 1].map(index =>
    openTab(<Requester url={server.url} use={socket => void (sockets[index] = socket)} />),
  )
  await until(() => expect(sockets.map(({ status }) => status)).toEqual(['open', 'open']))
  const results = await Promise.allSettled([
    sockets[0]!.request({ type: 'double', params: 1 }),
    sockets[1]!.request({ type: 'double', params: 0 }),
  ])
  expect(results).toMatchObject([{ value: 10 }, { reason: { name: 'RequestError' } }])
  expect(new Set(ids).size).toBe(2)
  expect(Math.max(...ids)).toBeLessThan(2 ** 31)
  expect(errors).toEqual([])
  expect(tabs.flatMap(({ events }) => events).filter(({ kind }) => kind === 'handler-error')).toEqual([])
  expect(server.sockets).toHaveLength(1)
})

test('a connection stays direct with a protocol, with isLast, with share: false and with a class of your own', async () => {
  const server = await startSocketServer()
  const openTab = setUpHostedTabs()
  const protocol = () => ({ parse: () => undefined, serialize: () => '' })
  const Use = (props: { more: object }) => {
    useSocket({ url: server.url, ...props.more })
    return null
  }
  const cases = [{ protocol }, { isLast: () => false }, { share: false as const }]
  for (const more of cases) openTab(<Use more={more} />)
  openTab(<Use more={{}} />, { webSocket: class extends WebSocket {} })
  await until(() => expect(server.sockets).toHaveLength(4))
})

test('a share without a scope is refused while rendering', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const openTab = setUpHostedTabs()
  const worker = shareConnections(() => {
    throw new Error('It is not created.')
  })
  const render = () => openTab(null, { share: { worker, scope: '' } })
  expect(render).toThrow('"share.scope" must name the user')
  cleanup()
  vi.restoreAllMocks()
})
