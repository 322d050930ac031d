import { Price, Visits } from '../../../docs/code/testing.tsx'

// #region providers
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { RealtimeProvider, type RealtimeOptions } from 'react-query-realtime'
import { afterEach, expect, test } from 'vitest'

function renderLive(ui: ReactNode, options: RealtimeOptions) {
  // A new cache for each test, and no retries that hide a failure.
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  return render(
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider closeDelay={0} reconnect={{ minDelay: 10, maxDelay: 50 }} {...options}>
        {ui}
      </RealtimeProvider>
    </QueryClientProvider>,
  )
}

afterEach(cleanup) // closes the connections of the test
// #endregion providers

// #region fetch
test('shows how many visits there were', async () => {
  const fetchVisits = () => Promise.resolve(Response.json(42))
  renderLive(<Visits />, { baseUrl: 'https://api.example.com', fetch: fetchVisits })
  await screen.findByText('42 visits')
})
// #endregion fetch

// #region time
import { act } from '@testing-library/react'
import { vi } from 'vitest'

afterEach(() => {
  vi.useRealTimers()
})

test('polls the visits every five seconds', async () => {
  vi.useFakeTimers()
  let visits = 41
  const fetchVisits = () => Promise.resolve(Response.json(++visits))
  renderLive(<Visits />, { baseUrl: 'https://api.example.com', fetch: fetchVisits })
  await act(() => vi.advanceTimersByTimeAsync(0))
  expect(screen.getByText('42 visits')).toBeDefined()
  await act(() => vi.advanceTimersByTimeAsync(5_000))
  expect(screen.getByText('43 visits')).toBeDefined()
})
// #endregion time

// #region server
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

let server: WebSocketServer

async function startServer(last: number, port = 0) {
  server = new WebSocketServer({ port })
  server.on('connection', socket => {
    socket.on('message', (data: Buffer) => {
      const { type, params, id } = JSON.parse(data.toString()) as Record<string, unknown>
      socket.send(JSON.stringify({ type, params, re: id, response: { last } }))
    })
  })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function push(message: object) {
  for (const socket of server.clients) socket.send(JSON.stringify(message))
}

async function stopServer() {
  for (const socket of server.clients) socket.terminate()
  await new Promise(resolve => server.close(resolve))
}

test('shows the price, and each push', async () => {
  const port = await startServer(42)
  renderLive(<Price symbol="BTC" />, { baseUrl: `http://127.0.0.1:${port}`, webSocket: WebSocket })
  await screen.findByText('BTC: 42 (open)')
  push({ type: 'price', params: { symbol: 'BTC' }, response: { last: 43 } })
  await screen.findByText('BTC: 43 (open)')
  await stopServer()
})
// #endregion server

// #region drop
test('keeps the last price while the server is down, and requests it again when the server is back', async () => {
  const port = await startServer(42)
  renderLive(<Price symbol="BTC" />, {
    baseUrl: `http://127.0.0.1:${port}`,
    webSocket: WebSocket,
    gapSpread: 0,
  })
  await screen.findByText('BTC: 42 (open)')
  await stopServer()
  await screen.findByText('BTC: 42 (reconnecting)')
  await startServer(50, port)
  await screen.findByText('BTC: 50 (open)')
  await stopServer()
})
// #endregion drop
