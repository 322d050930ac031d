import { useQuery } from '@tanstack/react-query'
import { act, screen, waitFor } from '@testing-library/react'
import {
  append,
  type Outgoing,
  type RealtimeOptions,
  sourceOptions,
  type SourceOptions,
  useMessage,
  useSocketQuery,
  useSource,
  useSubscription,
} from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'

const open = setUpRealtime()
const rest = (ms: number) => act(() => new Promise(resolve => setTimeout(resolve, ms)))

type Frame = [kind: string, id: number, type: string, params: unknown]

/** The client of another library: an EventEmitter with a network connection of its own. */
function openClient(url: string, link: Parameters<SourceOptions['connect']>[0]) {
  const client = new WebSocket(url, { headers: link.token === null ? {} : { 'x-token': link.token } })
  client.on('open', () => link.ready())
  client.on('message', data => link.receive(JSON.parse((data as Buffer).toString()) as never))
  client.on('close', code => link.fail(code))
  client.on('error', () => undefined)
  return client
}

/** What the server does. */
interface Reactions {
  frame(socket: WebSocket, frame: Frame): unknown
  open(socket: WebSocket): unknown
}

/** A server, and a source that reaches it through such a client. */
async function openFeed(options: Partial<SourceOptions> = {}, provider: RealtimeOptions = {}) {
  const frames: Frame[] = []
  const tokens: unknown[] = []
  const on: Reactions = { frame: () => undefined, open: () => undefined }
  const server = await startSocketServer((socket, { headers }) => {
    tokens.push(headers['x-token'])
    socket.on('message', data => {
      const frame = JSON.parse((data as Buffer).toString()) as Frame
      frames.push(frame)
      on.frame(socket, frame)
    })
    on.open(socket)
  })
  const page = await open(provider)
  const feed = sourceOptions({
    id: server.url,
    connect: link => {
      const client = openClient(server.url, link)
      return {
        send: ({ kind, id, type, params }: Outgoing) => client.send(JSON.stringify([kind, id, type, params])),
        close: () => client.close(),
      }
    },
    ...options,
  })
  const say = (...messages: object[]) =>
    server.sockets.forEach(socket => messages.forEach(message => socket.send(JSON.stringify(message))))
  const isOpen = (socket: WebSocket) => socket.readyState === WebSocket.OPEN
  return {
    ...page,
    server,
    frames,
    tokens,
    on,
    feed,
    say,
    openNow: () => server.sockets.filter(isOpen).length,
  }
}

type Feed = Awaited<ReturnType<typeof openFeed>>['feed']

function Status({ feed }: { feed: Feed }) {
  const { status, error } = useSource(feed)
  return <i role="status">{error ? `${status} ${error.name}` : status}</i>
}

const reaches = (status: string) => waitFor(() => expect(screen.getByRole('status').textContent).toBe(status))
const shows = (title: string, text: string) =>
  waitFor(() => expect(screen.getByTitle(title).textContent).toBe(text))

test('two components share one connection under StrictMode, and it is closed after the last one', async () => {
  const { feed, render, server, openNow } = await openFeed()
  const view = render([<Status key="a" feed={feed} />, <b key="b">{}</b>])
  await reaches('open')
  view.rerender([<Status key="a" feed={feed} />, <Status key="c" feed={feed} />])
  await rest(50)
  expect([server.sockets.length, openNow()]).toEqual([1, 1])
  view.rerender(null)
  await waitFor(() => expect(openNow()).toBe(0))
  await rest(100)
  expect(server.sockets.length).toBe(1)
})

test('sourceOptions leaves what it is given as it is, even if that is frozen', () => {
  const given = Object.freeze({ id: 'a', connect: () => ({ close: () => undefined }) })
  expect(sourceOptions(given)).toEqual(expect.objectContaining(given))
  expect(Object.getOwnPropertySymbols(given)).toEqual([])
})

test('messages go into the cache by type, and through handlers', async () => {
  const { feed, render, say } = await openFeed({
    on: { note: ({ response }, cache) => cache.setQueryData(['notes'], append(response)) },
  })
  function Page() {
    const { data: notes = [] } = useQuery<unknown[]>({ queryKey: ['notes'], queryFn: () => [] })
    return <p title="page">{`${String(useMessage('price', { id: 1 }).data)} ${notes.join()}`}</p>
  }
  render([<Status key="a" feed={feed} />, <Page key="b" />])
  await reaches('open')
  await shows('page', 'undefined ')
  say({ type: 'price', params: { id: 1 }, response: 5 }, { type: 'note', response: 'x' })
  await shows('page', '5 x')
})

test('an array of messages is one batch', async () => {
  const { feed, render, server } = await openFeed()
  render([<Status key="a" feed={feed} />, <Last key="b" />])
  await reaches('open')
  server.sockets[0]?.send(JSON.stringify([1, 2, 3].map(response => ({ type: 'last', response }))))
  await shows('last', '3')
})

function Last() {
  return <p title="last">{String(useMessage('last').data)}</p>
}

test('subscriptions are counted, and sent again when the source is open again', async () => {
  const { feed, render, on, frames, server } = await openFeed()
  on.frame = (socket, [kind, re]) => kind === 'subscribe' && socket.send(JSON.stringify({ re, response: 7 }))
  function Price({ title }: { title: string }) {
    return (
      <p title={title}>{String(useSubscription(feed, { type: 'price', params: { symbol: 'BTC' } }).data)}</p>
    )
  }
  const view = render([<Price key="a" title="a" />, <Price key="b" title="b" />])
  await shows('a', '7')
  await shows('b', '7')
  expect(frames).toEqual([['subscribe', 1, 'price', { symbol: 'BTC' }]])
  server.sockets[0]?.terminate()
  await waitFor(() => expect(frames).toHaveLength(2))
  view.rerender([<Price key="a" title="a" />, <Status key="s" feed={feed} />])
  await rest(100)
  view.rerender([<Status key="s" feed={feed} />])
  await waitFor(() => expect(frames.slice(1).map(([kind]) => kind)).toEqual(['subscribe', 'unsubscribe']))
})

test('replies find their request by `re`, in any order, and an error refuses it', async () => {
  const { feed, render, on } = await openFeed()
  const waiting: number[] = []
  on.frame = (socket, [, id]) => {
    waiting.push(id)
    if (waiting.length < 3) return
    const [first, second, third] = waiting
    for (const reply of [
      { re: third, response: 'c' },
      { re: second, error: 'no' },
      { re: first, response: 'a' },
    ])
      socket.send(JSON.stringify(reply))
  }
  function Ask() {
    const { request } = useSource(feed)
    const { data } = useQuery({
      queryKey: ['all'],
      queryFn: async () => {
        const all = await Promise.allSettled([1, 1, 1].map(params => request({ type: 'ask', params })))
        return all.map(one => (one.status === 'fulfilled' ? one.value : (one.reason as Error).name))
      },
    })
    return <p title="all">{String(data)}</p>
  }
  render(<Ask />)
  await shows('all', 'a,RequestError,c')
})

test('useSocketQuery asks over a source, and pushes keep its data live', async () => {
  const { feed, render, on, say } = await openFeed()
  on.frame = (socket, [, re]) => socket.send(JSON.stringify({ re, response: 1 }))
  function Price() {
    return <p title="price">{String(useSocketQuery(feed, { type: 'price', params: {} }).data)}</p>
  }
  render(<Price />)
  await shows('price', '1')
  say({ type: 'price', params: {}, response: 2 })
  await shows('price', '2')
})

test('send waits until the source is ready', async () => {
  const { feed, render, frames, server } = await openFeed()
  server.upgrade = 503
  function Say() {
    const { status, send } = useSource(feed)
    return <button title={status} onClick={() => send({ type: 'hi', params: 1 })} />
  }
  render(<Say />)
  await waitFor(() => expect(server.requests.length).toBeGreaterThan(1))
  act(() => screen.getByRole('button').click())
  expect(screen.getByRole('button').title).toBe('connecting')
  server.upgrade = 'accept'
  await waitFor(() => expect(frames).toEqual([['send', 1, 'hi', 1]]))
})

test('a lost client is closed, and a new one is opened after the back-off', async () => {
  const { feed, render, server, events, openNow } = await openFeed()
  render(<Status feed={feed} />)
  await reaches('open')
  server.sockets[0]?.close(1011)
  await waitFor(() => expect(server.sockets).toHaveLength(2))
  await reaches('open')
  expect(openNow()).toBe(1)
  expect(events.flatMap(event => (event.kind === 'status' ? [event.status] : []))).toEqual([
    'connecting',
    'open',
    'reconnecting',
    'open',
  ])
})

test('code 4401 fetches a fresh token once, and refused twice is failed', async () => {
  const reasons: string[] = []
  const getToken: RealtimeOptions['getToken'] = ({ reason }) => {
    reasons.push(reason)
    return reason === 'connect' ? 'old' : 'fresh'
  }
  const { feed, render, on, tokens } = await openFeed({}, { getToken })
  on.open = socket => socket.close(4401)
  render(<Status feed={feed} />)
  await reaches('failed UnauthorizedError')
  expect([reasons, tokens]).toEqual([
    ['connect', 'refused'],
    ['old', 'fresh'],
  ])
})

test("a token that is about to expire is sent with its own reauthenticate, or the provider's", async () => {
  let issued = 0
  const provider: RealtimeOptions = {
    getToken: () => ({ token: `token ${++issued}`, expiresIn: 1_000 }),
    reauthenticate: token => ({ type: 'provider', params: token }),
  }
  for (const [own, name] of [
    [{}, 'provider'],
    [{ reauthenticate: (token: string) => ({ type: 'own', params: token }) }, 'own'],
  ] as const) {
    issued = 0
    const { feed, render, frames } = await openFeed(own, provider)
    const view = render(<Status feed={feed} />)
    await waitFor(() => expect(frames.length).toBeGreaterThan(0), { timeout: 15_000 })
    expect(frames[0]).toEqual(['send', 1, name, 'token 2'])
    view.unmount()
  }
})

test('a permanent code ends the source', async () => {
  const { feed, render, on, server } = await openFeed()
  on.open = socket => socket.close(4403)
  render(<Status feed={feed} />)
  await reaches('failed ConnectionFailedError')
  await rest(100)
  expect(server.sockets).toHaveLength(1)
})

describe('a source that', () => {
  test('throws in connect is failed, with an error that names it and quotes nothing', async () => {
    const { feed, render } = await openFeed({
      connect: () => {
        throw new TypeError('secret')
      },
    })
    function Failure() {
      const { status, error } = useSource(feed)
      return <p role="status">{status === 'failed' ? error?.message : status}</p>
    }
    render(<Failure />)
    await waitFor(() => expect(screen.getByRole('status').textContent).toContain('"connect" threw'))
    expect(screen.getByRole('status').textContent).not.toContain('secret')
  })

  test('fails before it has returned its handle is closed, and tried again', async () => {
    const closed: number[] = []
    let attempts = 0
    const { feed, render } = await openFeed({
      connect: link => {
        const attempt = ++attempts
        if (attempt === 1) link.fail(1006)
        else link.ready()
        return { close: () => closed.push(attempt) }
      },
    })
    render(<Status feed={feed} />)
    await reaches('open')
    expect(closed).toEqual([1])
  })

  test('never is ready is tried again after connectTimeout', async () => {
    let attempts = 0
    const closed: number[] = []
    const { feed, render } = await openFeed({
      reconnect: { connectTimeout: 50 },
      connect: link => {
        const attempt = ++attempts
        if (attempt > 1) link.ready()
        return { close: () => closed.push(attempt) }
      },
    })
    render(<Status feed={feed} />)
    await reaches('open')
    expect([attempts, closed]).toEqual([2, [1]])
  })

  test('replies before send has returned settles the request, and a subscription keeps the order of its messages', async () => {
    const { render } = await open()
    const local = sourceOptions({
      id: 'local',
      connect(link) {
        link.ready()
        return {
          send({ kind, id }) {
            if (kind === 'request') link.receive({ re: id, response: 'replied' })
            if (kind !== 'subscribe') return
            link.receive({ re: id, response: 1 })
            link.receive({ type: 'price', params: {}, response: 2 })
          },
          close: () => undefined,
        }
      },
    })
    function Page() {
      const { request } = useSource(local)
      const price = useSubscription(local, { type: 'price', params: {} })
      const name = useQuery({
        queryKey: ['name'],
        queryFn: () => request({ type: 'name' }, { timeout: 500 }),
      })
      const socket = useSocketQuery(local, { type: 'state', params: {} })
      return <p title="page">{`${String(price.data)} ${String(name.data)} ${String(socket.data)}`}</p>
    }
    render(<Page />)
    await shows('page', '2 replied replied')
  })

  test('has no send only receives: subscriptions wait for its messages, and requests are refused at once', async () => {
    const { feed, render, say, server } = await openFeed({
      connect: link => {
        const client = openClient(server.url, link)
        return { close: () => client.close() }
      },
    })
    function Page() {
      const { request } = useSource(feed)
      const price = useSubscription(feed, { type: 'price' })
      const asked = useQuery({
        queryKey: ['asked'],
        queryFn: () => request({ type: 'ask' }),
      })
      return <p title="page">{`${String(price.data)} ${asked.error?.name}`}</p>
    }
    render([<Page key="a" />, <Status key="b" feed={feed} />])
    await reaches('open')
    say({ type: 'price', response: 3 })
    await shows('page', '3 ConfigurationError')
  })
})
