import { hashKey, QueryClient, type QueryKey, useQuery } from '@tanstack/react-query'
import { act, renderHook, screen, waitFor } from '@testing-library/react'
import { QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import {
  RealtimeClient,
  socketOptions,
  RealtimeProvider,
  useMessage,
  useSocket,
  useSocketQuery,
  useSubscription,
  usePolling,
  useSuspenseSocketQuery,
  useSuspenseSubscription,
} from 'react-query-realtime'
import type { ReactNode } from 'react'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { startSubscriptionServer } from '../support/subscriptionServer.ts'
import { startSocketServer } from '../support/socketServer.ts'

/** Takes what JSON does not, such as bigint, and shares no hash with TanStack Query's own function. */
const ownHash = (key: QueryKey) =>
  `own:${hashKey(JSON.parse(JSON.stringify(key, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))) as QueryKey)}`

const clients = {
  'a default of the client': () =>
    new QueryClient({ defaultOptions: { queries: { queryKeyHashFn: ownHash, retry: false } } }),
  'a default of some keys': () => {
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
    for (const key of [['price'], ['rows'], ['ask'], ['poll']])
      client.setQueryDefaults(key, { queryKeyHashFn: ownHash })
    return client
  },
}

interface Frame {
  type: string
  params: unknown
  id: number
}

const stringify = (value: unknown) =>
  JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? Number(member) : member))

test.each(Object.entries(clients))(
  'a queryKeyHashFn that is %s is followed by messages, handlers, requests, gaps and useMessage, bigint keys included',
  async (_name, createClient) => {
    const client = createClient()
    onTestFinished(() => client.clear())
    const asked: unknown[] = []
    const server = await startSocketServer(ws =>
      ws.on('message', data => {
        const { type, params, id } = JSON.parse((data as Buffer).toString()) as Frame
        asked.push(type)
        ws.send(JSON.stringify({ type, params, response: `asked ${asked.length}`, re: id }))
      }),
    )
    const fetchRows = vi.fn(() => Promise.resolve([0]))
    const socket = socketOptions({
      url: server.url,
      serialize: stringify,
      parse: data => {
        const message = JSON.parse(data as string) as { params?: { id: number } }
        return message.params ? { ...message, params: { id: BigInt(message.params.id) } } : message
      },
      liveQueries: [['rows']],
      on: { row: ({ response }, cache) => cache.setQueryData(['rows', 1n], () => [response]) },
    })
    function App() {
      const { status } = useSocket(socket)
      const price = useMessage('price', { id: 7n })
      const ask = useSocketQuery(socket, { type: 'ask', params: { id: 7n } })
      const rows = useQuery({ queryKey: ['rows', 1n], queryFn: fetchRows })
      return <p role="status">{[status, price.data, ask.data, rows.data].map(String).join()}</p>
    }
    render(
      <QueryClientProvider client={client}>
        <RealtimeProvider reconnect={{ minDelay: 10, maxDelay: 20 }} gapSpread={1}>
          <App />
        </RealtimeProvider>
      </QueryClientProvider>,
    )
    const shows = (text: string) => waitFor(() => expect(screen.getByRole('status').textContent).toBe(text))
    await shows('open,undefined,asked 1,0')
    const push = (message: object) => act(() => server.sockets.at(-1)!.send(JSON.stringify(message)))
    push({ type: 'price', params: { id: 7 }, response: 'pushed' })
    push({ type: 'ask', params: { id: 7 }, response: 'live' })
    push({ type: 'row', response: 5 })
    await shows('open,pushed,live,5')
    expect(client.getQueryCache().getAll()).toHaveLength(3)
    expect(
      client
        .getQueryCache()
        .getAll()
        .every(({ queryHash }) => queryHash.startsWith('own:')),
    ).toBe(true)
    expect(asked).toHaveLength(1)
    const fetches = fetchRows.mock.calls.length
    // A gap refetches what the connection keeps up to date.
    server.sockets.at(-1)!.terminate()
    await shows('open,pushed,asked 2,0')
    expect(fetchRows.mock.calls.length).toBe(fetches + 1)
    // The query of `useMessage` comes back after a removal.
    act(() => client.removeQueries({ queryKey: ['price'] }))
    push({ type: 'price', params: { id: 7 }, response: 'again' })
    await shows('open,again,asked 2,0')
  },
)

test.each(Object.entries(clients))(
  'a queryKeyHashFn that is %s is followed by subscriptions',
  async (_name, createClient) => {
    const client = createClient()
    onTestFinished(() => client.clear())
    const server = await startSubscriptionServer()
    server.values.set('BTC', 'BTC 1')
    const market = socketOptions({ url: server.url })
    function Price() {
      const { data, isStale, isComplete } = useSubscription(market, {
        type: 'price',
        params: { symbol: 'BTC' },
      })
      return <p role="status">{`${data as string} ${isStale} ${isComplete}`}</p>
    }
    render(
      <QueryClientProvider client={client}>
        <RealtimeProvider reconnect={{ minDelay: 10, maxDelay: 20 }} gapSpread={1}>
          <Price />
        </RealtimeProvider>
      </QueryClientProvider>,
    )
    await waitFor(() => expect(screen.getByRole('status').textContent).toBe('BTC 1 false false'))
    expect(server.frames).toHaveLength(1)
  },
)

test.each(Object.entries(clients))(
  'a queryKeyHashFn that is %s is followed by polls',
  async (_name, createClient) => {
    const client = createClient()
    onTestFinished(() => client.clear())
    const { url, requests } = await startServer((response, _request, index) => response.end(String(index)))
    const Poll = () => <p role="status">{String(usePolling({ url, interval: 20 }).data)}</p>
    render(
      <QueryClientProvider client={client}>
        <RealtimeProvider>
          <Poll />
        </RealtimeProvider>
      </QueryClientProvider>,
    )
    await waitFor(() => expect(screen.getByRole('status').textContent).toBe('3'))
    expect(client.getQueryCache().get(ownHash(['poll', url]))).toBeDefined()
    expect(requests.length).toBeGreaterThan(3)
  },
)

const ask = { type: 'ask', params: { id: 7 } }
const hashes = { queryKeyHashFn: ownHash, queryHash: 'own' }
type Keyed = Parameters<typeof useSocketQuery<'ask', object, object>>[1]

const overConnections: Record<string, (socket: { url: string }, options: Keyed) => unknown> = {
  useSocketQuery: (socket, options) => useSocketQuery(socket, options),
  useSubscription: (socket, options) => useSubscription(socket, options),
  useSuspenseSocketQuery: (socket, options) => useSuspenseSocketQuery(socket, options),
  useSuspenseSubscription: (socket, options) => useSuspenseSubscription(socket, options),
  'client.queryOptions': (socket, options) =>
    new RealtimeClient({ queryClient: new QueryClient() }).queryOptions(socket, options),
  'client.subscriptionOptions': (socket, options) =>
    new RealtimeClient({ queryClient: new QueryClient() }).subscriptionOptions(socket, options),
}

test.each(
  Object.keys(overConnections).flatMap(name => Object.entries(hashes).map(hash => [name, ...hash] as const)),
)('%s refuses a %s of its own, because a message finds its query by the key alone', (name, option, hash) => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => logged.mockRestore())
  const client = new QueryClient()
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>
      <RealtimeProvider>{children}</RealtimeProvider>
    </QueryClientProvider>
  )
  const options = { ...ask, [option]: hash } as Keyed
  expect(() =>
    renderHook(() => overConnections[name]!({ url: 'ws://127.0.0.1:1/' }, options), { wrapper }),
  ).toThrow(`A query over a connection takes no "${option}". Make a queryKeyHashFn a default`)
})

test('a queryKeyHashFn of one poll is followed, as that of one useQuery', async () => {
  const client = new QueryClient()
  onTestFinished(() => client.clear())
  const { url } = await startServer((response, _request, index) => response.end(String(index)))
  const Poll = () => {
    const { data } = usePolling({ url, interval: 20, queryKeyHashFn: ownHash })
    return <p role="status">{String(data)}</p>
  }
  render(
    <QueryClientProvider client={client}>
      <RealtimeProvider>
        <Poll />
      </RealtimeProvider>
    </QueryClientProvider>,
  )
  await waitFor(() => expect(screen.getByRole('status').textContent).toBe('3'))
  expect(
    client
      .getQueryCache()
      .getAll()
      .map(({ queryHash }) => queryHash),
  ).toEqual([ownHash(['poll', url])])
})
