import type { ReactElement } from 'react'
import {
  type RealtimeOptions,
  socketOptions,
  tokenInQuery,
  useMessage,
  useSocket,
  useSocketQuery,
  useSubscription,
} from 'react-query-realtime'
import { jsonRpc } from 'react-query-realtime/protocols'
import { Server } from 'rpc-websockets'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { startJsonRpc } from './servers/startJsonRpc.ts'
import { mountClient, shown, startServer, until } from './support.tsx'

const node = socketOptions({
  url: '/',
  attachToken: tokenInQuery('token'),
  protocol: jsonRpc({
    subscribe: ({ params }) => ({ method: 'eth_subscribe', params }),
    unsubscribe: ({ of }) => ({ method: 'eth_unsubscribe', params: [of?.as] }),
  }),
})

function Price({ symbol }: { symbol: string }) {
  const { data, error } = useSubscription(node, { type: 'price', params: [symbol] })
  const reason = error && 'error' in error ? JSON.stringify(error.error) : error?.name
  return <p aria-label={symbol}>{reason ?? String(data ?? '-')}</p>
}

type Socket = Pick<ReturnType<typeof useSocket>, 'request' | 'send'>

function Recorder({ seen, use }: { seen: unknown[]; use: (socket: Socket) => void }) {
  const { status, error, request, send } = useSocket({
    ...node,
    onMessage: ({ type, params, response }) => {
      if (type === 'price') seen.push(`${String((params as string[])[0])} ${String(response)}`)
    },
  })
  use({ request, send })
  return <p aria-label="status">{error?.name ?? status}</p>
}

const prices = ['BTC', 'ETH'].map(symbol => <Price key={symbol} symbol={symbol} />)

async function open(options: RealtimeOptions = {}) {
  const server = await startJsonRpc()
  const seen: unknown[] = []
  let socket: Socket
  const recorder = <Recorder key="recorder" seen={seen} use={given => (socket = given)} />
  const view = mountClient([recorder, ...prices], {
    baseUrl: server.http,
    getToken: () => 'secret',
    ...options,
  })
  const show = (...children: ReactElement[]) => view.rerender([recorder, ...children])
  return {
    ...server,
    ...view,
    show,
    seen,
    request: (...args: Parameters<Socket['request']>) => socket.request(...args),
    send: (data: unknown) => socket.send(data),
  }
}

test('two subscriptions share a connection, and each ends at the server by the name that the server gave it', async () => {
  const {
    prices: { publish, followers },
    connections,
    show,
  } = await open()
  await until(() => expect(shown('BTC', 'ETH')).toEqual(['0', '0']))
  publish('BTC', 1)
  publish('ETH', 2)
  await until(() => expect(shown('BTC', 'ETH')).toEqual(['1', '2']))
  expect([connections.size, ...followers('BTC', 'ETH')]).toEqual([1, 1, 1])
  show(...prices.slice(1))
  await until(() => expect(followers('BTC', 'ETH')).toEqual([0, 1]))
  publish('ETH', 3)
  await until(() => expect(shown('ETH')).toEqual(['3']))
})

test('after a drop in the middle the data matches the server, and nothing came twice', async () => {
  const {
    prices: { publish, followers },
    dropConnections,
    seen,
  } = await open()
  await until(() => expect(shown('BTC', 'ETH')).toEqual(['0', '0']))
  for (let last = 1; last <= 20; last++) publish('BTC', last)
  await until(() => expect(shown('BTC')).toEqual(['20']))
  await dropConnections()
  publish('BTC', 21)
  publish('ETH', 5)
  await until(() => expect(shown('BTC', 'ETH')).toEqual(['21', '5']))
  for (let last = 22; last <= 40; last++) publish('BTC', last)
  await until(() => expect(shown('BTC')).toEqual(['40']))
  expect(followers('BTC', 'ETH')).toEqual([1, 1])
  const expected = Array.from({ length: 41 }, (_, last) => `BTC ${last}`)
  expect(seen.filter(each => String(each).startsWith('BTC'))).toEqual(expected)
})

test('a refused token is fetched again once', async () => {
  await open({ getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
  await until(() => expect(shown('BTC', 'status')).toEqual(['0', 'open']))
})

test('a token that is refused twice ends the connection', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('status')).toEqual(['UnauthorizedError']))
})

test('a refused subscription is the error of its query only', async () => {
  const { show } = await open()
  show(...prices, <Price key="XYZ" symbol="XYZ" />)
  await until(() => expect(shown('BTC', 'XYZ')).toEqual(['0', '{"code":1,"message":"No such symbol."}']))
})

test('calls of several components are answered side by side, equal calls out of order', async () => {
  const { request } = await open()
  const [sum, ...tickets] = await Promise.all([
    request({ type: 'add', params: [2, 3] }),
    ...[1, 2, 3].map(() => request({ type: 'ticket' })),
  ])
  expect([sum, tickets]).toEqual([5, [1, 2, 3]])
})

test('the numbers of subscriptions and of calls are not mistaken for each other', async () => {
  const {
    request,
    prices: { publish },
  } = await open()
  await until(() => expect(shown('BTC', 'ETH')).toEqual(['0', '0']))
  const tickets = [1, 2, 3].map(() => request({ type: 'ticket' }))
  publish('BTC', 8)
  publish('ETH', 9)
  await until(() => expect(shown('BTC', 'ETH')).toEqual(['8', '9']))
  expect(await Promise.all(tickets)).toEqual([1, 2, 3])
})

test('an error of the server rejects the request with its code and data', async () => {
  const { request } = await open()
  const error = { code: 4, message: 'It broke.', data: { part: 'pump' } }
  await expect(request({ type: 'fail' })).rejects.toMatchObject({ name: 'RequestError', error })
  await expect(request({ type: 'nothing' })).rejects.toMatchObject({ error: { code: -32601 } })
})

test('notifications go both ways, those of the server also in a batch', async () => {
  const Notice = () => <p aria-label="notice">{JSON.stringify(useMessage('notice').data ?? null)}</p>
  const { show, send, notified, say } = await open()
  show(<Notice key="notice" />)
  await until(() => expect(shown('status')).toEqual(['open']))
  send({ type: 'log', params: { level: 'info' } })
  await until(() => expect(notified).toEqual([{ level: 'info' }]))
  const notice = (count: number) => ({ jsonrpc: '2.0', method: 'notice', params: { count } })
  say([notice(1), notice(2)])
  await until(() => expect(shown('notice')).toEqual(['{"count":2}']))
})

test('a heartbeat is a call: any response proves that the connection is alive', async () => {
  const { events } = await open({ heartbeat: { interval: 30, timeout: 2_000, message: { type: 'ping' } } })
  await until(() => expect(shown('status')).toEqual(['open']))
  await new Promise(resolve => setTimeout(resolve, 300))
  expect(shown('status')).toEqual(['open'])
  expect(events.filter(({ kind }) => kind === 'bad-message')).toEqual([])
})

test('useSocketQuery calls a method', async () => {
  const Sum = () => (
    <p aria-label="sum">{String(useSocketQuery(node, { type: 'add', params: [1, 2] }).data ?? '-')}</p>
  )
  const { show } = await open()
  show(<Sum key="sum" />)
  await until(() => expect(shown('sum')).toEqual(['3']))
})

test('another server subscribes by event: rpc-websockets', async () => {
  const { server: http, ws } = await startServer(createServer())
  const rpc = new Server({ server: http })
  rpc.event('feedUpdated')
  const feed = socketOptions({
    url: '/',
    protocol: jsonRpc({
      subscribe: ({ type }) => ({ method: 'rpc.on', params: [type] }),
      subscribed: result => (Object.values(result as object)[0] === 'ok' ? {} : { error: result }),
      unsubscribe: ({ type }) => ({ method: 'rpc.off', params: [type] }),
      notification: frame => {
        const { notification, params } = frame as { notification?: string; params?: unknown }
        return notification === undefined ? undefined : { type: notification, response: params }
      },
    }),
  })
  const Feed = ({ name }: { name: string }) => {
    const { data, error } = useSubscription(feed, { type: name })
    return <p aria-label={name}>{error?.name ?? JSON.stringify(data ?? null)}</p>
  }
  const view = mountClient(
    ['feedUpdated', 'nothing'].map(name => <Feed key={name} name={name} />),
    { baseUrl: ws },
  )
  await until(() => expect(shown('nothing')).toEqual(['RequestError']))
  const subscribers = () => rpc['namespaces']['/']!.events['feedUpdated']!.sockets.length
  await until(() => expect(subscribers()).toBe(1))
  rpc.emit('feedUpdated', 1, 2)
  await until(() => expect(shown('feedUpdated')).toEqual(['[1,2]']))
  view.rerender(null)
  await until(() => expect(subscribers()).toBe(0))
})
