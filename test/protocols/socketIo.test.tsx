import type { ReactElement } from 'react'
import {
  type RealtimeOptions,
  socketOptions,
  type SocketOptions,
  useMessage,
  useSocket,
  useSocketQuery,
  useSubscription,
} from 'react-query-realtime'
import { socketIo } from 'react-query-realtime/protocols'
import type { ServerOptions } from 'socket.io'
import { expect, onTestFinished, test } from 'vitest'
import { allowConsole } from '../support/consoleGuard.ts'
import { startFaultProxy } from '../support/faultProxy/startFaultProxy.ts'
import { startSocketIo } from './servers/startSocketIo.ts'
import { mountClient, shown, until } from './support.tsx'

const market = socketOptions({ url: '/socket.io/?EIO=4&transport=websocket', protocol: socketIo() })

function Price({ symbol }: { symbol: string }) {
  const { data, error } = useSubscription(market, { type: 'price', params: { symbol } })
  return <p aria-label={symbol}>{error && 'error' in error ? String(error.error) : String(data ?? '-')}</p>
}

type Socket = Pick<ReturnType<typeof useSocket>, 'request' | 'send'>

interface RecorderProps {
  seen: unknown[]
  options?: SocketOptions
  use?: (socket: Socket) => void
}

/** Every message that arrives, in order. */
function Recorder({ seen, options = market, use }: RecorderProps) {
  const { status, error, request, send } = useSocket({
    ...options,
    onMessage: ({ type, params, response }) => {
      const about = (params as { symbol?: string } | undefined)?.symbol ?? type
      seen.push(`${about} ${String(response)}`)
    },
    on: { said: () => undefined },
  })
  use?.({ request, send })
  return <p aria-label="status">{error?.name ?? status}</p>
}

const prices = ['BTC', 'ETH'].map(symbol => <Price key={symbol} symbol={symbol} />)

async function open(options: RealtimeOptions = {}, serverOptions: Partial<ServerOptions> = {}) {
  const server = await startSocketIo(serverOptions)
  const seen: unknown[] = []
  let socket: Socket
  const recorder = <Recorder key="recorder" seen={seen} use={given => (socket = given)} />
  const view = mountClient([recorder, ...prices], {
    baseUrl: server.http,
    getToken: () => 'secret',
    ...options,
  })
  return {
    ...server,
    ...view,
    seen,
    show: (...children: ReactElement[]) => view.rerender([recorder, ...children]),
    request: (...args: Parameters<Socket['request']>) => socket.request(...args),
    send: (data: unknown) => socket.send(data),
    isOpen: () => until(() => expect(shown('BTC', 'ETH')).toEqual(['0', '0'])),
  }
}

test('two subscriptions share a connection, and each ends at the server when its component is gone', async () => {
  const { isOpen, publish, rooms, connections, show } = await open()
  await isOpen()
  publish('BTC', 1)
  publish('ETH', 2)
  await until(() => expect(shown('BTC', 'ETH')).toEqual(['1', '2']))
  expect([connections.size, ...rooms('BTC', 'ETH')]).toEqual([1, 1, 1])
  show(...prices.slice(1))
  await until(() => expect(rooms('BTC', 'ETH')).toEqual([0, 1]))
  publish('ETH', 3)
  await until(() => expect(shown('ETH')).toEqual(['3']))
})

test('after a drop in the middle the data matches the server, and nothing came twice', async () => {
  const { isOpen, publish, rooms, dropConnections, seen } = await open()
  await isOpen()
  for (let last = 1; last <= 20; last++) publish('BTC', last)
  await until(() => expect(shown('BTC')).toEqual(['20']))
  await dropConnections()
  publish('BTC', 21)
  publish('ETH', 5)
  await until(() => expect(shown('BTC', 'ETH')).toEqual(['21', '5']))
  for (let last = 22; last <= 40; last++) publish('BTC', last)
  await until(() => expect(shown('BTC')).toEqual(['40']))
  expect(rooms('BTC', 'ETH')).toEqual([1, 1])
  const expected = Array.from({ length: 41 }, (_, last) => `BTC ${last}`)
  expect(seen.filter(each => String(each).startsWith('BTC'))).toEqual(expected)
})

test('a session that the server recovers gets the events that it missed, once', async () => {
  const server = await startSocketIo({ connectionStateRecovery: {} })
  const seen: unknown[] = []
  const options = { ...market, recovery: { cursor: ({ id }: { id?: string | undefined }) => id } }
  const { events } = mountClient(<Recorder seen={seen} options={options} />, {
    baseUrl: server.http,
    getToken: () => 'secret',
  })
  const isOpen = () => until(() => expect(server.io.of('/').sockets.size).toBe(1))
  await isOpen()
  for (let text = 1; text <= 10; text++) server.io.emit('said', `text ${text}`)
  await until(() => expect(seen).toHaveLength(10))
  await server.dropConnections()
  for (let text = 11; text <= 20; text++) server.io.emit('said', `text ${text}`)
  await isOpen()
  server.io.emit('said', 'text 21')
  await until(() => expect(seen.at(-1)).toBe('said text 21'))
  expect(seen).toEqual(Array.from({ length: 21 }, (_, index) => `said text ${index + 1}`))
  expect(events.filter(({ kind }) => kind === 'gap')).toEqual([])
})

test('a token that the middleware refuses is fetched again once', async () => {
  const reasons: string[] = []
  const { isOpen } = await open({
    getToken({ reason }) {
      reasons.push(reason)
      return reason === 'refused' ? 'secret' : 'expired'
    },
  })
  await isOpen()
  expect(reasons).toEqual(['connect', 'refused'])
})

test('a token that is refused twice ends the connection', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('status')).toEqual(['UnauthorizedError']))
})

test('a refused subscription is the error of its query only', async () => {
  const { show } = await open()
  show(...prices, <Price key="XYZ" symbol="XYZ" />)
  await until(() => expect(shown('BTC', 'XYZ')).toEqual(['0', 'No such symbol.']))
})

test('acknowledgements answer requests in any order, also of useSocketQuery, and refuse them', async () => {
  const Sum = () => (
    <p aria-label="sum">{String(useSocketQuery(market, { type: 'add', params: [1, 2] }).data ?? '-')}</p>
  )
  const { request, show } = await open()
  show(<Sum key="sum" />)
  await until(() => expect(shown('sum')).toEqual(['3']))
  const sums = [1, 2, 5].map(left => request({ type: 'add', params: [left, 1] }))
  expect(await Promise.all(sums)).toEqual([2, 3, 6])
  await expect(request({ type: 'fail' })).rejects.toMatchObject({
    name: 'RequestError',
    error: { part: 'pump' },
  })
})

test('events go both ways, and those that the server wants acknowledged are', async () => {
  const { isOpen, send, seen, io } = await open()
  await isOpen()
  send({ type: 'say', params: 'hello, €' })
  await until(() => expect(seen).toContain('said hello, €'))
  expect(await io.timeout(2_000).emitWithAck('said', 'well?')).toHaveLength(1)
  expect(seen).toContain('said well?')
})

test('a namespace has a connection of its own, with its own token', async () => {
  const admin = socketOptions({
    id: 'admin',
    url: '/socket.io/?EIO=4&transport=websocket',
    protocol: socketIo({ namespace: '/admin', auth: () => ({ token: 'admin' }) }),
  })
  const Notice = () => {
    useSocket(admin)
    return <p aria-label="notice">{String(useMessage('notice').data ?? '-')}</p>
  }
  const { io, tokens, connections, show } = await open()
  tokens.add('admin')
  show(<Notice key="notice" />)
  await until(() => expect(io.of('/admin').sockets.size).toBe(1))
  expect(connections.size).toBe(2)
  io.of('/admin').emit('notice', 'restart at noon')
  await until(() => expect(shown('notice')).toEqual(['restart at noon']))
})

test('the pings of the server keep the connection open', async () => {
  const { isOpen, io, events } = await open({}, { pingInterval: 50, pingTimeout: 1_000 })
  await isOpen()
  const pings: string[] = []
  io.engine.on('connection', () => pings.push('reopened'))
  await new Promise(resolve => setTimeout(resolve, 1_500))
  expect([pings, shown('status')]).toEqual([[], ['open']])
  expect(events.filter(({ kind }) => kind === 'bad-message')).toEqual([])
})

test('a connection without the pings of the server is opened again', async () => {
  const server = await startSocketIo({ pingInterval: 100, pingTimeout: 200 })
  const proxy = await startFaultProxy(server.http)
  onTestFinished(() => proxy.close())
  mountClient([<Recorder key="recorder" seen={[]} />, ...prices], {
    baseUrl: proxy.url,
    getToken: () => 'secret',
  })
  await until(() => expect(shown('BTC', 'status')).toEqual(['0', 'open']))
  proxy.strike({ do: 'half-open' })
  await until(() => expect(proxy.moments('handshake')).toHaveLength(2))
  server.publish('BTC', 9)
  await until(() => expect(shown('BTC', 'status')).toEqual(['9', 'open']))
})

test('a client that the server disconnects connects again', async () => {
  const { isOpen, io, publish, events } = await open()
  await isOpen()
  io.disconnectSockets()
  await until(() => expect(events.filter(({ kind }) => kind === 'retry')).toHaveLength(1))
  await until(() => expect(io.of('/').sockets.size).toBe(1))
  publish('BTC', 4)
  await until(() => expect(shown('BTC', 'status')).toEqual(['4', 'open']))
})

test('binary data is reported as a bad message, and the connection goes on', async () => {
  allowConsole(/dropped a message that could not be read/)
  const { isOpen, io, publish, events } = await open()
  await isOpen()
  io.emit('picture', Buffer.from([1, 2, 3]))
  publish('BTC', 4)
  await until(() => expect(shown('BTC', 'status')).toEqual(['4', 'open']))
  expect(events.filter(({ kind }) => kind === 'bad-message')).toHaveLength(1)
})
