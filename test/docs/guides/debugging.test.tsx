import { createServer } from 'node:http'
import { act, screen, waitFor } from '@testing-library/react'
import { QueryClient, QueryClientProvider, skipToken, useQuery } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import { StrictMode } from 'react'
import {
  RealtimeProvider,
  useMessage,
  usePolling,
  useServerEvents,
  useSocket,
  type RealtimeEvent,
  type SocketOptions,
} from 'react-query-realtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { ConnectionPanel, ConnectionStatus, LoggedProvider } from '../../../docs/code/debugging.tsx'
import { countRequests, openPage, QUICK, silence } from './openPage.tsx'

const patient = { timeout: 10_000 }
const status = () => screen.getByRole('status').textContent ?? ''
const says = (text: RegExp) => waitFor(() => expect(status()).toMatch(text), patient)

/** A server that accepts every socket. `greet` is called with each. */
function socketServer(greet: (socket: WebSocket) => void = () => undefined) {
  const server = createServer((_request, response) => response.writeHead(404).end())
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', greet)
  const push = (message: object) => {
    for (const socket of sockets.clients) socket.send(JSON.stringify(message))
  }
  return { server, sockets, push }
}

const hasEvent = (events: RealtimeEvent[], wanted: object) =>
  waitFor(() => expect(events).toContainEqual(expect.objectContaining(wanted)), patient)

const opened = (events: RealtimeEvent[]) => hasEvent(events, { kind: 'status', status: 'open' })

function Socket(options: Omit<SocketOptions, 'url'> & { url?: string }) {
  const { status: shown, error } = useSocket({ url: '/socket', ...options })
  return <p role="status">{`${shown} ${error?.code ?? ''} ${error?.message ?? ''}`}</p>
}

test('the log and the panel show each connection with its counts', async () => {
  const debug = vi.spyOn(console, 'debug').mockImplementation(() => undefined)
  onTestFinished(() => debug.mockRestore())
  const { server, push } = socketServer()
  const { url } = await openPage(server)
  render(
    <QueryClientProvider client={new QueryClient()}>
      <LoggedProvider baseUrl={url}>
        <ConnectionStatus />
        <ConnectionPanel />
      </LoggedProvider>
    </QueryClientProvider>,
  )
  await says(/^open/)
  act(() => push({ type: 'without-reader', response: 1 }))
  await screen.findByText('1 received, 1 unknown, 0 bad', undefined, patient)
  expect(screen.getByText(/^socket-1 ws:.*\/socket: open, 1 users, 0 retries$/)).toBeDefined()
  expect(debug.mock.calls).toContainEqual(['[realtime] socket-1 status', { status: 'open', error: null }])
})

test('a wrong path stays connecting, and error says why', async () => {
  const server = createServer((_request, response) => response.writeHead(404).end())
  const page = await openPage(server)
  page.render(<Socket />)
  await says(/^connecting connection-failed \/socket: The WebSocket could not be opened/)
  await hasEvent(page.events, { kind: 'retry' })
})

test('a getToken that never settles is named by error', async () => {
  const { server } = socketServer()
  const page = await openPage(server, {
    getToken: () => new Promise(() => undefined),
    reconnect: { ...QUICK, connectTimeout: 200 },
  })
  page.render(<Socket />)
  await says(/^connecting connection-failed \/socket: "getToken" did not settle in time/)
})

test('an event stream with a wrong content type stays connecting, and error names the type', async () => {
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
  )
  const page = await openPage(server)
  function Stream() {
    const stream = useServerEvents({ url: '/events' })
    return <p role="status">{`${stream.status} ${stream.error?.message ?? ''}`}</p>
  }
  page.render(<Stream />)
  await says(/^connecting .*content type "text\/html"/)
})

test('a message without a reader counts as unknown, and a mounted useMessage takes it', async () => {
  const { server, push } = socketServer()
  const page = await openPage(server)
  function Last() {
    return <b>{JSON.stringify(useMessage('price', { symbol: 'BTC' }).data ?? null)}</b>
  }
  const view = page.render(<Socket />)
  await opened(page.events)
  push({ type: 'price', params: { symbol: 'BTC' }, response: 1 })
  await hasEvent(page.events, { kind: 'unknown-type', type: 'price' })
  view.unmount()

  const second = await openPage(socketServer(socket => socket.send(price('BTC', 2))).server)
  second.render(
    <>
      <Socket />
      <Last />
    </>,
  )
  await screen.findByText('2', undefined, patient)
  expect(second.events.filter(({ kind }) => kind === 'unknown-type')).toEqual([])
})

const price = (symbol: unknown, response: unknown) =>
  JSON.stringify({ type: 'price', params: { symbol }, response })

test('params of another type are another key', async () => {
  const page = await openPage(
    socketServer(socket => {
      socket.send(JSON.stringify({ type: 'order', params: { id: '7' }, response: 'text' }))
    }).server,
  )
  function Order({ id }: { id: number }) {
    return <b>{useMessage('order', { id }).data === undefined ? 'nothing' : 'something'}</b>
  }
  page.render(
    <>
      <Order id={7} />
      <Socket />
    </>,
  )
  await hasEvent(page.events, { kind: 'unknown-type', type: 'order' })
  expect(screen.getByText('nothing')).toBeDefined()
})

test('a handler is not called for a message with an error: on.error is', async () => {
  const onPrice = vi.fn()
  const onError = vi.fn()
  const server = socketServer(socket =>
    socket.send(JSON.stringify({ type: 'price', error: 'closed' })),
  ).server
  const page = await openPage(server)
  page.render(<Socket on={{ price: onPrice, error: onError }} />)
  await waitFor(() => expect(onError).toHaveBeenCalledTimes(1), patient)
  expect(onPrice).not.toHaveBeenCalled()
})

test('of two handlers for one type on one connection, only that of the latest rendered component is called', async () => {
  const first = vi.fn()
  const second = vi.fn()
  const { server, push } = socketServer()
  const page = await openPage(server)
  page.render(
    <>
      <Socket on={{ price: first }} />
      <Socket on={{ price: second }} />
    </>,
  )
  await opened(page.events)
  push({ type: 'price', response: 1 })
  await waitFor(() => expect(second).toHaveBeenCalledTimes(1), patient)
  expect(first).not.toHaveBeenCalled()
})

test('a message whose type has a handler is written at no key but those that the handler writes', async () => {
  const { server, push } = socketServer()
  const page = await openPage(server)
  const handler = vi.fn()
  function Last() {
    return <b>{useMessage('price').data === undefined ? 'nothing' : 'something'}</b>
  }
  page.render(
    <>
      <Socket on={{ price: handler }} />
      <Last />
    </>,
  )
  await opened(page.events)
  push({ type: 'price', response: 1 })
  await waitFor(() => expect(handler).toHaveBeenCalledTimes(1), patient)
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(screen.getByText('nothing')).toBeDefined()
})

test('a handler that throws is reported, and the connection stays', async () => {
  silence('warn')
  const { server, push } = socketServer()
  const page = await openPage(server)
  const on = {
    price: () => {
      throw new Error('mine')
    },
  }
  page.render(<Socket on={on} />)
  await opened(page.events)
  push({ type: 'price', response: 1 })
  await hasEvent(page.events, { kind: 'handler-error', type: 'price' })
  expect(status()).toMatch(/^open/)
})

test('data that a handler changes in place re-renders nothing, and a new object does', async () => {
  const { server, push } = socketServer()
  const page = await openPage(server)
  const on = {
    bad: (_message: unknown, cache: { setQueryData(key: unknown[], update: unknown): void }) =>
      cache.setQueryData(['rows'], (rows: number[]) => {
        rows.push(2)
        return rows
      }),
    good: (_message: unknown, cache: { setQueryData(key: unknown[], update: unknown): void }) =>
      cache.setQueryData(['rows'], (rows: number[]) => [...rows, 3]),
  }
  page.queryClient.setQueryData(['rows'], [1])
  function Rows() {
    const { data } = useQuery<number[]>({ queryKey: ['rows'], queryFn: skipToken, staleTime: Infinity })
    return <b>{data?.join()}</b>
  }
  page.render(
    <>
      <Socket on={on} />
      <Rows />
    </>,
  )
  await opened(page.events)
  push({ type: 'bad', response: null })
  await new Promise(resolve => setTimeout(resolve, 200))
  expect(screen.getByText('1')).toBeDefined()
  push({ type: 'good', response: null })
  await screen.findByText('1,2,3', undefined, patient)
})

test('two components under StrictMode share one socket; another query in the URL is another socket', async () => {
  const { server, sockets } = socketServer()
  const requests = countRequests(server)
  const page = await openPage(server)
  page.render(
    <>
      <Socket />
      <Socket />
      <Socket url="/socket?tab=2" />
    </>,
  )
  await waitFor(() => expect(sockets.clients.size).toBe(2), patient)
  await new Promise(resolve => setTimeout(resolve, 200))
  expect(requests).toHaveLength(2)
})

test('two providers open a socket each', async () => {
  const { server, sockets } = socketServer()
  const { url } = await openPage(server)
  render(
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        {['a', 'b'].map(name => (
          <RealtimeProvider key={name} baseUrl={url}>
            <Socket />
          </RealtimeProvider>
        ))}
      </QueryClientProvider>
    </StrictMode>,
  )
  await waitFor(() => expect(sockets.clients.size).toBe(2), patient)
})

test('a token that is refused twice ends in failed, after one fresh token', async () => {
  const { server } = socketServer(socket => socket.close(4401))
  const requests = countRequests(server)
  const reasons: string[] = []
  const page = await openPage(server, {
    getToken: ({ reason }) => {
      reasons.push(reason)
      return 'old'
    },
  })
  page.render(<Socket />)
  await says(/^failed unauthorized .*refused the token twice/)
  expect(reasons).toEqual(['connect', 'refused'])
  expect(requests).toHaveLength(2)
})

test('a server that accepts a token and refuses it only once the connection is stable is met again and again', async () => {
  const { server } = socketServer(socket => setTimeout(() => socket.close(4401), 400))
  const reasons: string[] = []
  const page = await openPage(server, {
    getToken: ({ reason }) => {
      reasons.push(reason)
      return 'old'
    },
  })
  page.render(<Socket />)
  await waitFor(
    () => expect(reasons.filter(reason => reason === 'refused').length).toBeGreaterThan(2),
    patient,
  )
  expect(status()).not.toMatch(/^failed/)
})

test('a poll that is refused twice stops', async () => {
  const server = createServer((_request, response) => response.writeHead(401).end())
  const requests = countRequests(server)
  const page = await openPage(server, { getToken: () => 'old' })
  function Poll() {
    const { error, isPolling } = usePolling({ url: '/poll', interval: 50 })
    return <p role="status">{`${isPolling} ${error?.name ?? ''}`}</p>
  }
  page.render(<Poll />)
  await says(/^false UnauthorizedError/)
  const before = requests.length
  await new Promise(resolve => setTimeout(resolve, 300))
  expect(requests).toHaveLength(before)
})
