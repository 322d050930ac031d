import type { ReactElement } from 'react'
import {
  type Message,
  type RealtimeOptions,
  socketOptions,
  tokenInQuery,
  useMessage,
  useSocket,
  useSubscription,
} from 'react-query-realtime'
import { phoenix } from 'react-query-realtime/protocols'
import { expect, test } from 'vitest'
import { startPhoenix } from './servers/startPhoenix.ts'
import { mountClient, shown, until } from './support.tsx'

const chat = socketOptions({
  url: '/socket/websocket?vsn=2.0.0',
  attachToken: tokenInQuery('token'),
  protocol: phoenix({ heartbeat: { interval: 50, timeout: 2_000 } }),
})

const textOf = (response: unknown) => (response as { text: number } | undefined)?.text

function Room({ topic, joinKey = 'right' }: { topic: string; joinKey?: string }) {
  const { error, isComplete } = useSubscription(chat, { type: topic, params: { key: joinKey } })
  const { data } = useMessage('said', { topic })
  const state = error
    ? JSON.stringify('error' in error ? error.error : error.name)
    : isComplete
      ? 'ended'
      : ''
  return <p aria-label={topic}>{`${textOf(data) ?? '-'}${state}`}</p>
}

type Request = ReturnType<typeof useSocket>['request']

/** The numbers that were said in each room, in order. */
function Recorder({ seen, use }: { seen: unknown[]; use: (request: Request) => void }) {
  const { status, error, request } = useSocket({
    ...chat,
    onMessage: ({ type, params, response }: Message) => {
      if (type === 'said') seen.push(`${(params as { topic: string }).topic} ${textOf(response)}`)
    },
  })
  use(request)
  return <p aria-label="status">{error?.name ?? status}</p>
}

const rooms = ['room:1', 'room:2'].map(topic => <Room key={topic} topic={topic} />)

async function open(options: RealtimeOptions = {}) {
  const server = await startPhoenix()
  const seen: unknown[] = []
  let request: Request
  const recorder = <Recorder key="recorder" seen={seen} use={given => (request = given)} />
  const view = mountClient([recorder, ...rooms], {
    baseUrl: server.http,
    getToken: () => 'secret',
    ...options,
  })
  const show = (...children: ReactElement[]) => view.rerender([recorder, ...children])
  const ask = (...args: Parameters<Request>) => request(...args)
  const joined = () => until(() => expect(server.count('room:1', 'room:2')).toEqual([1, 1]))
  return { ...server, ...view, show, seen, ask, joined }
}

test('two topics are joined over one connection, and a topic is left with its last component', async () => {
  const { tell, joined, count, connections, show } = await open()
  await joined()
  tell('room:1', 'said', { text: 1 })
  tell('room:2', 'said', { text: 2 })
  await until(() => expect(shown('room:1', 'room:2')).toEqual(['1', '2']))
  expect(connections.size).toBe(1)
  show(...rooms.slice(1))
  await until(() => expect(count('room:1', 'room:2')).toEqual([0, 1]))
  tell('room:2', 'said', { text: 3 })
  await until(() => expect(shown('room:2')).toEqual(['3']))
})

test('topics are joined again after a drop, and no message that the server sent is lost or comes twice', async () => {
  const { tell, joined, dropConnections, seen } = await open()
  await joined()
  for (let text = 1; text <= 20; text++) tell('room:1', 'said', { text })
  await until(() => expect(shown('room:1')).toEqual(['20']))
  await dropConnections()
  await joined()
  for (let text = 21; text <= 40; text++) tell('room:1', 'said', { text })
  await until(() => expect(shown('room:1')).toEqual(['40']))
  expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => `room:1 ${index + 1}`))
})

test('a refused token is fetched again once', async () => {
  const { joined } = await open({ getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
  await joined()
})

test('a token that is refused twice ends the connection', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('status')).toEqual(['UnauthorizedError']))
})

test('a refused join, a channel that crashes and one that ends reach the component', async () => {
  const { tell, joined, show } = await open()
  await joined()
  tell('room:1', 'phx_error')
  tell('room:2', 'phx_close')
  show(...rooms, <Room key="vip" topic="room:vip" joinKey="wrong" />)
  await until(() =>
    expect(shown('room:1', 'room:2', 'room:vip')).toEqual([
      '-"phx_error"',
      '-ended',
      '-{"reason":"unauthorized"}',
    ]),
  )
})

test('a request is a push with a reply, of the topic that it names', async () => {
  const { ask, joined } = await open()
  await joined()
  const say = (topic: string) => ask({ type: 'say', params: { topic, text: 5 } })
  expect(await Promise.all([say('room:1'), say('room:2')])).toEqual([{ text: 5 }, { text: 5 }])
  await expect(say('room:none')).rejects.toMatchObject({ error: { reason: 'unmatched topic' } })
})

test('heartbeats keep the connection open', async () => {
  const { heartbeats, joined } = await open()
  await joined()
  await until(() => expect(heartbeats.count).toBeGreaterThan(2))
  expect(shown('status')).toEqual(['open'])
})

test('with `push`, broadcasts are the data of the subscription to their topic', async () => {
  const live = socketOptions({
    ...chat,
    id: 'live',
    protocol: phoenix({ push: ({ re, payload }) => ({ re, response: payload }) }),
  })
  const Live = () => (
    <p aria-label="live">{textOf(useSubscription(live, { type: 'room:live' }).data) ?? '-'}</p>
  )
  const { show, tell, count } = await open()
  show(<Live key="live" />)
  await until(() => expect(count('room:live')).toEqual([1]))
  tell('room:live', 'said', { text: 6 })
  await until(() => expect(shown('live')).toEqual(['6']))
})
