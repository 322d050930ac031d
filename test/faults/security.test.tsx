import { screen, waitFor } from '@testing-library/react'
import { useEffect } from 'react'
import {
  type FetchLike,
  type SourceOptions,
  useLongPoll,
  useMessage,
  usePolling,
  useServerEvents,
  useSocket,
  useSource,
} from 'react-query-realtime'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startServer } from '../support/httpServer.ts'
import { anything } from '../support/schemas.ts'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'

const open = setUpRealtime()
const isShown = (text: string) => screen.findByText(text)

describe('users of one URL', () => {
  function Events({ url, user }: { url: string; user: string }) {
    const { status } = useServerEvents({ url, headers: { 'X-User': user } })
    return <i>{`${user} ${status}`}</i>
  }

  test('with different headers get separate streams, even after their headers change (X2)', async () => {
    const server = await startServer(response => {
      response.setHeader('content-type', 'text/event-stream').flushHeaders()
    })
    const page = await open()
    const heard = () => server.requests.map(({ headers }) => headers['x-user'])
    const both = (first: string, second: string) => [
      <Events key="1" url={server.url} user={first} />,
      <Events key="2" url={server.url} user={second} />,
    ]
    const view = page.render(both('a', 'b'))
    await isShown('a open')
    await isShown('b open')
    expect(heard().sort()).toEqual(['a', 'b'])
    view.rerender(both('c', 'b'))
    await isShown('c open')
    expect(heard().sort()).toEqual(['a', 'b', 'c'])
  })

  function Light({ url, user }: { url: string; user: string }) {
    const { status } = useSocket({ url, id: user, getToken: () => user })
    return <i>{`${user} ${status}`}</i>
  }

  test('with different tokens and ids get separate sockets (X2)', async () => {
    const server = await startSocketServer()
    const page = await open({ trustedOrigins: [server.url] })
    page.render(['a', 'b'].map(user => <Light key={user} url={server.url} user={user} />))
    await isShown('a open')
    await isShown('b open')
    expect(server.requests.map(({ url }) => url).sort()).toEqual(['/?token=a', '/?token=b'])
  })
})

describe('cookies', () => {
  /** Every hook that uses `fetch`. Returns the credentials that it was called with. */
  async function askAll(credentials?: RequestCredentials) {
    const given: Record<string, unknown> = {}
    const recording: FetchLike = (url, init) => {
      given[new URL(url).pathname] = init?.credentials
      return fetch(url, init)
    }
    const page = await open({ fetch: recording })
    const own = credentials && { credentials }
    function Page() {
      useServerEvents({ url: page.at('/events'), ...own })
      useLongPoll({ url: page.at('/long-poll'), ...own })
      usePolling({ url: page.at('/poll'), interval: 10_000, ...own })
      return null
    }
    page.render(<Page />)
    await waitFor(() => expect(Object.keys(given).sort()).toEqual(['/events', '/long-poll', '/poll']))
    return Object.values(given)
  }

  test('go only to the page’s own origin, as fetch does by default (X8)', async () => {
    for (const credentials of await askAll()) expect([undefined, 'same-origin']).toContain(credentials)
  })

  test('go to another origin only if a hook says so (X8)', async () => {
    expect(await askAll('include')).toEqual(['include', 'include', 'include'])
  })
})

describe('a member named __proto__', () => {
  const evil = (n: number) =>
    `{"type":"row","params":null,"response":{"list":[{"__proto__":{"isAdmin":true},"n":${n}}]}}`

  /**
   * A message that comes this much later (ms) is a separate write, in which TanStack Query merges the new
   * data into the old.
   */
  const A_FRAME = 100

  /** What each render read as the admin flag. */
  const shown: unknown[] = []

  interface Row {
    list?: { n: number; isAdmin?: boolean }[]
  }
  function Shown({ data }: { data: Row | undefined }) {
    const [row] = data?.list ?? []
    useEffect(() => {
      if (row) shown.push(row.isAdmin)
    })
    return <b>{row ? `n ${row.n}, admin ${String(row.isAdmin)}` : 'none'}</b>
  }
  const messages = { row: anything }
  const Cached = () => <Shown data={useMessage('row').data as Row | undefined} />
  function BySocket({ url }: { url: string }) {
    useSocket({ url, messages })
    return <Cached />
  }
  function ByEvents({ url }: { url: string }) {
    useServerEvents({ url, messages })
    return <Cached />
  }
  function ByLongPoll({ url }: { url: string }) {
    useLongPoll({ url, messages })
    return <Cached />
  }
  function ByPolling({ url }: { url: string }) {
    const { data } = usePolling<{ response: Row }>({ url, interval: 30 })
    return <Shown data={data?.response} />
  }

  /** What an application writes without a thought. */
  const parse = (data: unknown) => JSON.parse(String(data)) as never
  function ByParsedSocket({ url }: { url: string }) {
    useSocket({ url, messages, parse })
    return <Cached />
  }
  function ByParsedEvents({ url }: { url: string }) {
    useServerEvents({ url, messages, parse })
    return <Cached />
  }
  function ByParsedLongPoll({ url }: { url: string }) {
    useLongPoll({ url, messages, parse })
    return <Cached />
  }
  function ByParsedPolling({ url }: { url: string }) {
    const { data } = usePolling<{ response: Row }>({ url, interval: 30, parse })
    return <Shown data={data?.response} />
  }
  function ByProtocol({ url }: { url: string }) {
    useSocket({ url, messages, protocol: () => ({ parse, serialize: String }) })
    return <Cached />
  }
  function BySource({ url }: { url: string }) {
    const connect: SourceOptions['connect'] = link => {
      const client = new WebSocket(url)
      client.on('message', data => link.receive(parse(data)))
      link.ready()
      return { close: () => client.terminate() }
    }
    useSource({ id: url, messages, connect })
    return <Cached />
  }

  async function startAnswering() {
    return startServer(async (response, { headers }, index) => {
      const isStream = headers.accept?.includes('event-stream') === true
      response.setHeader('content-type', isStream ? 'text/event-stream' : 'application/json')
      if (isStream) response.write(`data: ${evil(1)}\n\n`)
      await sleep(A_FRAME)
      if (isStream) response.write(`data: ${evil(2)}\n\n`)
      // A long poll waits after a few responses.
      else if (index < 4) response.setHeader('etag', `"${index}"`).end(evil(index > 1 ? 2 : 1))
    })
  }

  test.each([
    ['server-sent event', ByEvents],
    ['long poll', ByLongPoll],
    ['poll', ByPolling],
    ['socket', BySocket],
    ['server-sent event with parse', ByParsedEvents],
    ['long poll with parse', ByParsedLongPoll],
    ['poll with parse', ByParsedPolling],
    ['socket with parse', ByParsedSocket],
    ['socket with a protocol', ByProtocol],
    ['source', BySource],
  ])(
    'in a %s makes no user an admin, even when it is merged into existing data (X6)',
    async (transport, By) => {
      shown.length = 0
      const http = await startAnswering()
      const sockets = await startSocketServer(socket => {
        socket.send(evil(1))
        setTimeout(() => socket.send(evil(2)), A_FRAME)
      })
      const page = await open()
      page.render(<By url={/^so/.test(transport) ? sockets.url : http.url} />)
      await screen.findByText(/^n 2/)
      expect(shown.length).toBeGreaterThanOrEqual(2)
      expect(shown.filter(isAdmin => isAdmin !== undefined)).toEqual([])
      expect(Object.keys(Object.prototype)).toEqual([])
    },
  )
})

test('a fragment in a socket URL is removed and does no harm (W40)', async () => {
  const server = await startSocketServer()
  const page = await open()
  function Light() {
    return <i>{useSocket({ url: `${server.url}room#part` }).status}</i>
  }
  page.render(<Light />)
  await isShown('open')
  expect(server.requests.map(({ url }) => url)).toEqual(['/room'])
})
