import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import {
  RealtimeProvider,
  useLongPoll,
  useMessage,
  usePolling,
  useRealtime,
  useServerEvents,
  useSocket,
  useSocketQuery,
} from 'react-query-realtime'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { setUpFaults } from '../support/setUpFaults.tsx'
import { patient } from '../support/setUpFaultyConnection.tsx'

const open = setUpFaults()
afterEach(() => vi.restoreAllMocks())

test('a page with all hooks opens nothing on a server, hydrates without a warning and then opens each connection (C12)', async () => {
  const complained = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')]
  const { at, proxy, publish } = await open()
  await publish('price', null, 1)

  function AllHooks() {
    const socket = useSocket({ url: at('/socket'), onMessage: () => undefined })
    const events = useServerEvents({ url: at('/events') })
    const longPoll = useLongPoll({ url: at('/long-poll') })
    const poll = usePolling({ url: at('/poll?type=price'), interval: 60_000 })
    const query = useSocketQuery({ url: at('/socket') }, { type: 'echo', params: 7 })
    const { data: message } = useMessage('price')
    const { connections } = useRealtime()
    const shown = [
      socket.status,
      events.status,
      longPoll.status,
      poll.data,
      query.data,
      message,
      connections.length,
    ]
    return <p>{shown.map(String).join(' ')}</p>
  }
  const page = (
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        <RealtimeProvider baseUrl={proxy.url} closeDelay={10}>
          <AllHooks />
        </RealtimeProvider>
      </QueryClientProvider>
    </StrictMode>
  )

  const html = renderToString(page)
  expect(html).toBe('<p>idle idle idle undefined undefined undefined 0</p>')
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(proxy.log).toEqual([])

  const container = document.createElement('div')
  container.innerHTML = html
  const before = container.firstChild
  let root!: ReturnType<typeof hydrateRoot>
  act(() => {
    root = hydrateRoot(container, page)
  })
  onTestFinished(() => act(() => root.unmount()))
  await waitFor(() => expect(container.textContent).toBe('open open open 1 7 1 3'), patient)
  // It is the same element that the server rendered.
  expect(container.firstChild).toBe(before)
  expect(proxy.moments('handshake')).toHaveLength(1)
  for (const complaint of complained) expect(complaint).not.toHaveBeenCalled()
})
