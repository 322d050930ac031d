import { useQuery } from '@tanstack/react-query'
import { act, screen, waitFor } from '@testing-library/react'
import {
  type Outgoing,
  type Protocol,
  type ProtocolLink,
  socketOptions,
  type SocketOptions,
  useMessage,
  useSocket,
  useSocketQuery,
  useSubscription,
} from 'react-query-realtime'
import { expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { allowConsole } from '../support/consoleGuard.ts'
import { anything } from '../support/schemas.ts'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'

const open = setUpRealtime()

type Frame = [kind: string, id: number, ...rest: unknown[]]

/** A protocol of arrays: `['hello', token]`, `['ok']`, `['sub', id, type]`, `['data', name, value]`… */
const arrays =
  (more: Partial<ReturnType<Protocol>> = {}): Protocol =>
  link => ({
    greet: () => link.send(JSON.stringify(['hello', link.token])),
    parse(data) {
      const [kind, re, value] = JSON.parse(String(data)) as [string, string, unknown]
      if (kind === 'ok') return link.ready()
      if (kind === 'no') return link.fail(4401)
      if (kind === 'beat') return link.heartbeat({ interval: 20 })
      if (kind === 'named') return { re, as: value as string }
      if (kind === 'data') return { re, response: value }
      if (kind === 'refused') return { re, error: value }
      if (kind === 'end') return { re, isLast: true }
      return { type: kind, params: undefined, response: value }
    },
    serialize: ({ kind, id, type, params, of, data }) =>
      JSON.stringify([kind, id, type, params ?? null, of ?? data ?? null]),
    ...more,
  })

async function openArrays(options: Partial<SocketOptions> = {}, provider: Parameters<typeof open>[0] = {}) {
  const frames: Frame[] = []
  const on: { frame(socket: WebSocket, frame: Frame): unknown } = { frame: () => undefined }
  const server = await startSocketServer(socket => {
    socket.on('message', data => {
      const frame = JSON.parse((data as Buffer).toString()) as Frame
      frames.push(frame)
      on.frame(socket, frame)
    })
  })
  const page = await open({ trustedOrigins: [server.url], ...provider })
  const send = (socket: WebSocket, ...frame: unknown[]) => socket.send(JSON.stringify(frame))
  const socket = socketOptions({ url: server.url, protocol: arrays(), ...options })
  const kinds = () => frames.map(([kind]) => kind)
  return { ...page, server, frames, kinds, on, send, socket }
}

const accept = (socket: WebSocket, [kind]: Frame) => kind === 'hello' && socket.send('["ok"]')

function Status({ socket }: { socket: SocketOptions }) {
  return <i role="status">{useSocket(socket).status}</i>
}

const reaches = (status: string) => waitFor(() => expect(screen.getByRole('status').textContent).toBe(status))

test('in connecting nothing of the app goes out before ready', async () => {
  const { on, send, frames, socket, render } = await openArrays()
  const answer = { socket: undefined as WebSocket | undefined }
  on.frame = (ws, [kind]) => kind === 'hello' && (answer.socket = ws)
  function App() {
    const { status, send: say } = useSocket(socket)
    const { data } = useSubscription(socket, { type: 'price' })
    return (
      <button title={status} onClick={() => say({ type: 'wave' })}>
        {String(data)}
      </button>
    )
  }
  render(<App />)
  act(() => screen.getByRole('button').click())
  await waitFor(() => expect(frames).toHaveLength(1))
  await new Promise(resolve => setTimeout(resolve, 50))
  expect([frames, screen.getByRole('button').title]).toEqual([[['hello', null]], 'connecting'])
  if (answer.socket) send(answer.socket, 'ok')
  await waitFor(() => expect(screen.getByRole('button').title).toBe('open'))
  await waitFor(() => expect(frames).toHaveLength(3))
  // Subscriptions go first.
  expect(frames.slice(1)).toEqual([
    ['subscribe', 1, 'price', null, null],
    ['send', 2, 'wave', null, { type: 'wave' }],
  ])
})

test('the session sends the token, and the URL has none', async () => {
  const { on, frames, server, socket, render } = await openArrays({}, { getToken: () => 'secret' })
  on.frame = accept
  render(<Status socket={socket} />)
  await reaches('open')
  expect(frames[0]).toEqual(['hello', 'secret'])
  expect(server.requests[0]?.url).toBe('/')
})

test('link.fail(4401) fetches a fresh token, as a close with this code does', async () => {
  const getToken = vi.fn(({ reason }: { reason: string }) => reason)
  const { on, send, frames, socket, render } = await openArrays({}, { getToken })
  on.frame = (ws, [kind, token]) => kind === 'hello' && send(ws, String(token) === 'refused' ? 'ok' : 'no')
  render(<Status socket={socket} />)
  await reaches('open')
  expect(frames).toEqual([
    ['hello', 'connect'],
    ['hello', 'refused'],
  ])
})

test('a handshake that hangs ends by connectTimeout, and is tried again', async () => {
  const { on, kinds, socket, render, server } = await openArrays({ reconnect: { connectTimeout: 1_500 } })
  on.frame = (ws, frame) => server.sockets.length > 1 && accept(ws, frame)
  render(<Status socket={socket} />)
  await reaches('open')
  expect(kinds()).toEqual(['hello', 'hello'])
})

test('replies find their request by re, whatever their order, and errors reject', async () => {
  const { on, send, socket, render } = await openArrays()
  const waiting: Frame[] = []
  on.frame = (ws, frame) => {
    accept(ws, frame)
    if (frame[0] !== 'request') return
    waiting.push(frame)
    if (waiting.length < 3) return
    for (const [, id, , params] of waiting.reverse())
      send(ws, params === 2 ? 'refused' : 'data', id, `result ${String(params)}`)
  }
  function Ask() {
    const { request } = useSocket(socket)
    const { data } = useQuery({
      queryKey: ['all'],
      queryFn: async () => {
        const all = await Promise.allSettled([1, 2, 1].map(params => request({ type: 'double', params })))
        return all.map(one => (one.status === 'fulfilled' ? one.value : (one.reason as Error).name))
      },
    })
    return <p title="all">{JSON.stringify(data)}</p>
  }
  render(<Ask />)
  const expected = JSON.stringify(['result 1', 'RequestError', 'result 1'])
  await waitFor(() => expect(screen.getByTitle('all').textContent).toBe(expected))
})

test('useSocketQuery requests by the protocol', async () => {
  const { on, send, socket, render } = await openArrays()
  on.frame = (ws, frame) => {
    accept(ws, frame)
    if (frame[0] === 'request') send(ws, 'data', frame[1], 42)
  }
  function Ask() {
    return <p title="answer">{String(useSocketQuery(socket, { type: 'answer', params: {} }).data)}</p>
  }
  render(<Ask />)
  await waitFor(() => expect(screen.getByTitle('answer').textContent).toBe('42'))
})

test("a subscription has the server's name, which its unsubscribe carries, and what comes after it is dropped silently", async () => {
  const { on, send, socket, render, frames, events, queryClient } = await openArrays()
  on.frame = (ws, frame) => {
    accept(ws, frame)
    if (frame[0] === 'subscribe') {
      send(ws, 'named', frame[1], `server-${frame[1]}`)
      send(ws, 'data', `server-${frame[1]}`, 'first')
    }
    if (frame[0] === 'unsubscribe') {
      send(ws, 'data', 'server-1', 'late')
      send(ws, 'data', frame[1], 'unsubscribed')
      send(ws, 'data', 99, 'about nothing')
    }
  }
  function Price() {
    return <p title="price">{String(useSubscription(socket, { type: 'price' }).data)}</p>
  }
  const view = render([<Price key="a" />, <Status key="b" socket={socket} />])
  await waitFor(() => expect(screen.getByTitle('price').textContent).toBe('first'))
  view.rerender([<Status key="b" socket={socket} />])
  await waitFor(() =>
    expect(frames.at(-1)).toEqual(['unsubscribe', 2, 'price', null, { id: 1, as: 'server-1' }]),
  )
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(queryClient.getQueryData(['price'])).toBe('first')
  expect(events.filter(({ kind }) => kind !== 'status' && kind !== 'token')).toEqual([])
})

test("a server's numbers for subscriptions are not mistaken for ids", async () => {
  const { on, send, socket, render } = await openArrays()
  on.frame = (ws, frame) => {
    accept(ws, frame)
    const [kind, id, type] = frame
    // Each is named by the id of the other.
    if (kind === 'subscribe') send(ws, 'named', id, String(3 - id))
    if (kind === 'request') for (const name of ['1', '2']) send(ws, 'data', name, `named ${name}`)
    if (kind === 'request') send(ws, 'data', id, type)
  }
  function All() {
    const both = [useSubscription(socket, { type: 'a' }).data, useSubscription(socket, { type: 'b' }).data]
    return <p title="all">{[...both, useSocketQuery(socket, { type: 'c' }).data].join(', ')}</p>
  }
  render(<All />)
  await waitFor(() => expect(screen.getByTitle('all').textContent).toBe('named 2, named 1, c'))
})

test('a refusal right behind the first message is the error of the query, and is not subscribed again', async () => {
  const { on, send, socket, render, kinds } = await openArrays()
  on.frame = (ws, frame) => {
    accept(ws, frame)
    const [kind, id, type] = frame
    if (kind !== 'subscribe') return
    if (type === 'first') return send(ws, 'data', id, 1)
    // A write rests for a frame after the one before it.
    setImmediate(() => {
      send(ws, 'data', id, 1)
      send(ws, 'refused', id, 'no')
    })
  }
  function Both() {
    const first = useSubscription(socket, { type: 'first' })
    const { data, error } = useSubscription(socket, { type: 'second' })
    return <p title="both">{`${String(first.data)} ${String(data)} ${error?.name}`}</p>
  }
  render(<Both />)
  const shows = () => expect(screen.getByTitle('both').textContent).toBe('1 1 RequestError')
  await waitFor(shows)
  await act(() => new Promise(resolve => setTimeout(resolve, 50)))
  shows()
  expect(kinds()).toEqual(['hello', 'subscribe', 'subscribe'])
})

test('a refusal and an end by the id of a subscription', async () => {
  const { on, send, socket, render } = await openArrays()
  on.frame = (ws, frame) => {
    accept(ws, frame)
    const [kind, id, type] = frame
    if (kind !== 'subscribe') return
    if (type === 'bad') send(ws, 'refused', id, 'no')
    else {
      send(ws, 'data', id, 'last')
      send(ws, 'end', id)
    }
  }
  function Both() {
    const bad = useSubscription(socket, { type: 'bad' })
    const good = useSubscription(socket, { type: 'good' })
    return <p title="both">{`${bad.error?.name} ${String(good.data)} ${good.isComplete}`}</p>
  }
  render(<Both />)
  await waitFor(() => expect(screen.getByTitle('both').textContent).toBe('RequestError last true'))
})

test('subscribes of one task go in one batch, at the opening and later', async () => {
  const batch = (out: readonly Outgoing[]) => [JSON.stringify(['batch', ...out.map(({ type }) => type)])]
  const { on, socket, render, frames, server } = await openArrays({ protocol: arrays({ batch }) })
  on.frame = accept
  function Price({ type }: { type: string }) {
    return <b>{useSubscription(socket, { type }).status}</b>
  }
  const many = ['a', 'b', 'c'].map(type => <Price key={type} type={type} />)
  const view = render([<Status key="s" socket={socket} />])
  await reaches('open')
  view.rerender([<Status key="s" socket={socket} />, ...many])
  await waitFor(() => expect(frames.at(-1)).toEqual(['batch', 'a', 'b', 'c']))
  server.sockets[0]?.terminate()
  await waitFor(() => expect(frames.filter(([kind]) => kind === 'batch')).toHaveLength(2))
})

test('ids count from the opening on, and what waited is written for the opening it leaves on', async () => {
  const { on, socket, render, frames, server } = await openArrays()
  let accepts = true
  on.frame = (ws, frame) => accepts && accept(ws, frame)
  function App() {
    const { status, send } = useSocket(socket)
    return <button title={status} onClick={() => send({ type: 'wave' })} />
  }
  render(<App />)
  const shows = (status: string) => waitFor(() => expect(screen.getByRole('button').title).toBe(status))
  await shows('open')
  act(() => screen.getByRole('button').click())
  await waitFor(() => expect(frames).toHaveLength(2))
  accepts = false
  server.sockets[0]?.terminate()
  await shows('reconnecting')
  act(() => screen.getByRole('button').click())
  await waitFor(() => expect(frames).toHaveLength(3))
  server.sockets.at(-1)?.send('["ok"]')
  await waitFor(() => expect(frames).toHaveLength(4))
  expect([frames[1], frames[3]]).toEqual([
    ['send', 1, 'wave', null, { type: 'wave' }],
    ['send', 1, 'wave', null, { type: 'wave' }],
  ])
})

test('the server sets the rhythm of heartbeats, and silence loses the connection', async () => {
  const { on, send, socket, render, kinds, server } = await openArrays()
  on.frame = (ws, frame) => {
    accept(ws, frame)
    if (frame[0] === 'hello') send(ws, 'beat')
    if (frame[0] === 'heartbeat' && server.sockets.length === 1 && kinds().length < 6) send(ws, 'pong', '', 1)
  }
  render(<Status socket={socket} />)
  await reaches('open')
  await waitFor(() => expect(server.sockets.length).toBeGreaterThan(1))
  expect(kinds().slice(0, 4)).toEqual(['hello', 'heartbeat', 'heartbeat', 'heartbeat'])
})

test('a link does nothing after its connection is lost', async () => {
  const links: ProtocolLink[] = []
  const protocol: Protocol = link => {
    links.push(link)
    return arrays()(link)
  }
  const { on, socket, render, frames, server } = await openArrays({ protocol })
  on.frame = accept
  render(<Status socket={socket} />)
  await reaches('open')
  server.sockets[0]?.terminate()
  await waitFor(() => expect(links).toHaveLength(2))
  await reaches('open')
  const before = frames.length
  links[0]?.send('["stray"]')
  links[0]?.fail(4403)
  links[0]?.ready()
  await new Promise(resolve => setTimeout(resolve, 50))
  await reaches('open')
  expect(frames).toHaveLength(before)
})

test.each([
  [
    'protocol',
    () => () => {
      throw new Error('secret')
    },
  ],
  [
    'protocol.greet',
    () =>
      arrays({
        greet: () => {
          throw new Error('secret')
        },
      }),
  ],
])(
  'a %s that throws fails the connection, with an error that names it and quotes nothing',
  async (name, make) => {
    const { socket, render } = await openArrays({ protocol: make() })
    function Failure() {
      const { status, error } = useSocket(socket)
      return <p role="status">{status === 'failed' ? error?.message : status}</p>
    }
    render(<Failure />)
    await waitFor(() => expect(screen.getByRole('status').textContent).toContain(`"${name}"`))
    expect(screen.getByRole('status').textContent).not.toContain('secret')
  },
)

test('a parse that throws, returns a promise or no message is a bad message, and the rest goes on', async () => {
  allowConsole(/could not be read|promise/)
  const { server, socket, render, events } = await openArrays({
    protocol: () => ({
      parse(data) {
        const text = String(data)
        if (text === 'broken') throw new Error('no')
        if (text === 'async') return Promise.resolve() as never
        return text === 'odd' ? ({ re: {} } as never) : { type: 'news', response: text }
      },
      serialize: () => '',
    }),
  })
  function News() {
    useSocket(socket)
    return <p title="news">{String(useMessage('news').data)}</p>
  }
  render([<Status key="s" socket={{ ...socket, messages: { news: anything } }} />, <News key="n" />])
  await reaches('open')
  for (const text of ['broken', 'async', 'odd', 'fine']) server.sockets[0]?.send(text)
  await waitFor(() => expect(screen.getByTitle('news').textContent).toBe('fine'))
  expect(events.flatMap(event => (event.kind === 'bad-message' ? [event.reason] : []))).toEqual([
    'unreadable',
    'promise',
    'unreadable',
  ])
})
