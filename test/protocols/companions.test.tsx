import { createAsyncStoragePersister } from '@tanstack/query-async-storage-persister'
import { PersistQueryClientProvider } from '@tanstack/react-query-persist-client'
import { dehydrate, QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, render } from '@testing-library/react'
import { type ReactNode, StrictMode } from 'react'
import {
  append,
  RealtimeProvider,
  socketOptions,
  useMessage,
  useSocket,
  useSocketQuery,
  useSubscription,
} from 'react-query-realtime'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { startServer } from '../support/httpServer.ts'
import { startSocketServer } from '../support/socketServer.ts'
import { createBroadcastClient } from './companions/broadcast.ts'
import { createTodos, OpenTodos, todoSocket } from './companions/collection.tsx'
import { createQueryClient, Providers } from './companions/persister.tsx'
import { shown, until } from './support.tsx'

afterEach(() => localStorage.clear())

interface Frame {
  type: string
  params?: unknown
  id?: number
}

interface Row {
  id: number
}

/** A server that replies when the test says so, and pushes to all sockets. */
async function startPrices() {
  const requests: Frame[] = []
  const server = await startSocketServer(socket =>
    socket.on('message', data => requests.push(JSON.parse((data as Buffer).toString()) as Frame)),
  )
  const push = (message: object, sockets = server.sockets) =>
    sockets.forEach(socket => socket.send(JSON.stringify(message)))
  const reply = (response: unknown) => {
    const { type, params, id } = requests.at(-1)!
    push({ type, params, response, ...(id !== undefined && { re: id }) })
  }
  return { ...server, requests, push, reply }
}

/** An endpoint whose rows may change. It responds when it is `ready`. */
async function startRows(rows: readonly object[], ready = () => {}) {
  const endpoint = { rows }
  const { url, requests } = await startServer(async response => {
    await until(ready)
    response.end(JSON.stringify(endpoint.rows))
  })
  return Object.assign(endpoint, { url, requests })
}

const params = { symbol: 'BTC' }
const price = { type: 'price', params }
type Socket = ReturnType<typeof socketOptions<object>>

const readers = {
  useSocketQuery: (socket: Socket) => useSocketQuery(socket, price).data,
  useSubscription: (socket: Socket) => useSubscription(socket, price).data,
}

test.each(Object.entries(readers))(
  'restored data is shown at once by %s and requested once, then it is live, without a flash',
  async (_name, useData) => {
    const server = await startPrices()
    const market = socketOptions({ url: server.url })
    let seen: string[] = []
    function Price() {
      const text = String(useData(market) ?? '…')
      if (seen.at(-1) !== text) seen.push(text)
      return <p aria-label="price">{text}</p>
    }
    const visit = () => {
      const client = createQueryClient()
      onTestFinished(() => client.clear())
      seen = []
      return render(
        <StrictMode>
          <Providers client={client}>
            <Price />
          </Providers>
        </StrictMode>,
      )
    }
    const first = visit()
    await until(() => expect(server.requests).toHaveLength(1))
    server.reply(1)
    await until(() => expect(shown('price')).toEqual(['1']))
    server.push({ ...price, response: 2 })
    await until(() => expect(JSON.stringify(localStorage)).toContain('data\\":2'))
    first.unmount()
    await until(() => expect(server.sockets[0]!.readyState).toBe(3))
    const { length } = server.requests

    visit()
    await until(() => expect(shown('price')).toEqual(['2']))
    await until(() => expect(server.requests).toHaveLength(length + 1))
    expect(shown('price')).toEqual(['2'])
    server.sockets.shift()
    server.reply(3)
    await until(() => expect(shown('price')).toEqual(['3']))
    server.push({ ...price, response: 4 })
    await until(() => expect(shown('price')).toEqual(['4']))
    expect(seen).toEqual(['…', '2', '3', '4'])
    expect(server.requests).toHaveLength(length + 1)
  },
)

test('while the cache is restored, nothing is requested and arriving messages are kept', async () => {
  const server = await startPrices()
  const market = socketOptions({ url: server.url })
  const Price = () => <p aria-label="price">{String(useSocketQuery(market, price).data)}</p>
  const saved = createQueryClient()
  saved.setQueryData(['price', params], 1)
  const clientState = JSON.stringify({ clientState: dehydrate(saved), timestamp: Date.now(), buster: '' })
  saved.clear()
  let restore: (text: string) => void = () => {}
  const storage = {
    getItem: () => new Promise<string>(resolve => (restore = resolve)),
    setItem: () => Promise.resolve(),
    removeItem: () => Promise.resolve(),
  }
  const client = createQueryClient()
  onTestFinished(() => client.clear())
  render(
    <PersistQueryClientProvider
      client={client}
      persistOptions={{ persister: createAsyncStoragePersister({ storage }) }}
    >
      <RealtimeProvider>
        <Price />
      </RealtimeProvider>
    </PersistQueryClientProvider>,
  )
  await until(() => expect(server.sockets).toHaveLength(1))
  server.push({ ...price, response: 2 })
  await until(() => expect(client.getQueryData(['price', params])).toBe(2))
  expect(server.requests).toEqual([])
  await act(async () => restore(clientState))
  await until(() => expect(server.requests).toHaveLength(1))
  expect(shown('price')).toEqual(['2'])
})

/** A page of its own: it shares nothing with another but the broadcast channel. */
function openTab(children: ReactNode) {
  const { queryClient, close } = createBroadcastClient()
  onTestFinished(() => {
    close()
    queryClient.clear()
  })
  render(
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider>{children}</RealtimeProvider>
    </QueryClientProvider>,
  )
}

/** A list that pushes extend, and a price that only comes from pushes. */
async function startTabs() {
  const server = await startPrices()
  const { url, requests } = await startRows([{ id: 0 }])
  const market = socketOptions({
    url: server.url,
    messages: {
      row: z.object({ id: z.number() }),
      price: { response: z.number(), version: (value: number) => value },
    },
    on: {
      row: ({ response }, cache) => cache.setQueryData<Row[]>(['rows'], append(response, { by: 'id' })),
    },
    liveQueries: [['rows']],
  })
  function Rows({ label }: { label: string }) {
    const { data } = useQuery({
      queryKey: ['rows'],
      queryFn: async () => (await (await fetch(url)).json()) as Row[],
      staleTime: Infinity,
    })
    const { data: last } = useMessage('price')
    return <p aria-label={label}>{[last, ...(data ?? []).map(({ id }) => `#${id}`)].join(' ')}</p>
  }
  // What is fetched before the connection opens is fetched again when it opens.
  const Connected = ({ label }: { label: string }) =>
    useSocket(market).status === 'open' ? <Rows label={label} /> : null
  return {
    ...server,
    fetches: requests,
    openTab: (tab: 'connected' | 'alone', label: string) =>
      openTab(tab === 'alone' ? <Rows label={label} /> : <Connected label={label} />),
  }
}

test('a push in one tab reaches the cache of a tab without a connection, once, and nothing is fetched again', async () => {
  const { push, fetches, openTab } = await startTabs()
  openTab('alone', 'b')
  await until(() => expect(shown('b')).toEqual([' #0']))
  openTab('connected', 'a')
  await until(() => expect(shown('a')).toEqual([' #0']))
  push({ type: 'price', response: 7 })
  push({ type: 'row', response: { id: 1 } })
  await until(() => expect(shown('a', 'b')).toEqual(['7 #0 #1', '7 #0 #1']))
  push({ type: 'row', response: { id: 2 } })
  await until(() => expect(shown('a', 'b')).toEqual(['7 #0 #1 #2', '7 #0 #1 #2']))
  expect(fetches).toHaveLength(2)
})

test('a row that two connected tabs receive is there once in both', async () => {
  const { push, fetches, openTab } = await startTabs()
  openTab('connected', 'a')
  openTab('connected', 'b')
  await until(() => expect(shown('a', 'b')).toEqual([' #0', ' #0']))
  const { length } = fetches
  for (const id of [1, 2, 3]) push({ type: 'row', response: { id } })
  push({ type: 'price', response: 7 })
  await until(() => expect(shown('a', 'b')).toEqual(['7 #0 #1 #2 #3', '7 #0 #1 #2 #3']))
  expect(fetches).toHaveLength(length)
})

test('data with a version never goes back, even if another tab broadcasts an older one', async () => {
  const { sockets, push, openTab } = await startTabs()
  openTab('connected', 'a')
  await until(() => expect(shown('a')).toEqual([' #0']))
  openTab('connected', 'b')
  await until(() => expect(shown('b')).toEqual([' #0']))
  push({ type: 'price', response: 8 }, sockets.slice(1))
  await until(() => expect(shown('b')).toEqual(['8 #0']))
  push({ type: 'price', response: 7 }, sockets.slice(0, 1))
  push({ type: 'row', response: { id: 1 } }, sockets.slice(0, 1))
  await until(() => expect(shown('b')).toEqual(['8 #0 #1']))
})

test('pushes reach the live query of a collection without a refetch, and a gap is one refetch', async () => {
  const rows = [
    { id: 1, text: 'one', done: false },
    { id: 2, text: 'two', done: true },
  ]
  // Until a component subscribes, a collection reads its query only to fetch it.
  const endpoint = await startRows(rows, () => expect(todos.subscriberCount).toBeGreaterThan(0))
  const { url, push, sockets } = await startPrices()
  const queryClient = new QueryClient()
  onTestFinished(() => queryClient.clear())
  const todos = createTodos(endpoint.url, queryClient)
  const socket = todoSocket(url)
  // What is fetched before the connection opens is fetched again when it opens.
  const App = () =>
    ['open', 'reconnecting'].includes(useSocket(socket).status) ? <OpenTodos todos={todos} /> : null
  render(
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider gapSpread={1} reconnect={{ minDelay: 10, maxDelay: 20 }}>
        <App />
      </RealtimeProvider>
    </QueryClientProvider>,
  )
  await until(() => expect(shown('todos')).toEqual(['one']))
  push({ type: 'todo.changed', response: { id: 3, text: 'three', done: false } })
  await until(() => expect(shown('todos')).toEqual(['onethree']))
  push({ type: 'todo.changed', response: { id: 2, text: 'two', done: false } })
  push({ type: 'todo.changed', response: { id: 1, text: 'one', done: true } })
  await until(() => expect(shown('todos')).toEqual(['twothree']))
  push({ type: 'todo.removed', response: 2 })
  await until(() => expect(shown('todos')).toEqual(['three']))
  expect(endpoint.requests).toHaveLength(1)

  endpoint.rows = [{ id: 4, text: 'four', done: false }]
  sockets[0]!.terminate()
  await until(() => expect(shown('todos')).toEqual(['four']))
  expect(endpoint.requests).toHaveLength(2)
})
