import { focusManager, onlineManager, useQuery } from '@tanstack/react-query'
import { act, screen, waitFor } from '@testing-library/react'
import { useLongPoll, usePolling, useServerEvents, useSocket } from 'react-query-realtime'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { startSocketServer } from '../support/socketServer.ts'
import { pass, renderLive, setVisible, useFakeTime } from './pollingSetup.tsx'

const MINUTE = 60_000
const setFocused = (isFocused: boolean | undefined) => act(() => focusManager.setFocused(isFocused))
const setOnline = (isOnline: boolean) => act(() => onlineManager.setOnline(isOnline))

afterEach(() => {
  setFocused(undefined)
  setOnline(true)
})

/** The statuses of a socket, a stream and a long poll that pause while hidden. */
async function renderConnections() {
  const socket = await startSocketServer()
  const http = await startServer((response, { url }) => {
    if (url === '/events') response.writeHead(200, { 'content-type': 'text/event-stream' }).write('\n')
    else setTimeout(() => response.writeHead(204).end(), 50)
  })
  function Connections() {
    const options = { whenHidden: 'pause' } as const
    const statuses = [
      useSocket({ ...options, url: socket.url }).status,
      useServerEvents({ ...options, url: `${http.url}events` }).status,
      useLongPoll({ ...options, url: `${http.url}poll` }).status,
    ]
    return <p>{statuses.join(' ')}</p>
  }
  renderLive(<Connections />)
  await screen.findByText('open open open')
}

describe('focusManager', () => {
  test('setFocused(true) requests a sign of life of an open socket at once', async () => {
    const received: string[] = []
    const { url } = await startSocketServer(socket => {
      socket.on('message', (data: Buffer) => received.push(data.toString()))
    })
    const heartbeat = { interval: MINUTE, message: 'ping' }
    const Socket = () => <p>{useSocket({ url, heartbeat }).status}</p>
    renderLive(<Socket />)
    await screen.findByText('open')
    setFocused(false)
    expect(received).toEqual([])
    setFocused(true)
    await waitFor(() => expect(received).toEqual(['ping']))
  })

  test('setFocused(false) pauses every kind of connection with whenHidden "pause", until setFocused(true)', async () => {
    await renderConnections()
    setFocused(false)
    await screen.findByText('paused paused paused')
    setFocused(true)
    await screen.findByText('open open open')
  })

  test('setFocused(true) keeps every kind of connection open while the document is hidden', async () => {
    await renderConnections()
    setFocused(true)
    setVisible(false)
    await act(() => new Promise(resolve => setTimeout(resolve, 100)))
    screen.getByText('open open open')
    setFocused(undefined)
    await screen.findByText('paused paused paused')
  })

  test('decides when polls pause, as it does for refetchInterval', async () => {
    useFakeTime()
    const calls = { polling: 0, interval: 0 }
    const pausedBy = vi.fn()
    function Polls() {
      pausedBy(
        [...usePolling({ queryKey: ['a'], queryFn: () => ++calls.polling, interval: 1_000 }).pausedBy].join(),
      )
      useQuery({ queryKey: ['b'], queryFn: () => ++calls.interval, refetchInterval: 1_000 })
      return null
    }
    renderLive(<Polls />)
    await pass(100)
    setFocused(false)
    await pass(10_000)
    expect([calls, pausedBy.mock.lastCall]).toEqual([{ polling: 1, interval: 1 }, ['hidden']])
    setFocused(true)
    await pass(1)
    setVisible(false)
    const before = { ...calls }
    await pass(2_500)
    const focused = { ...calls }
    expect(focused.polling - before.polling).toBeGreaterThan(1)
    expect(focused.interval - before.interval).toBeGreaterThan(1)
    expect(pausedBy).toHaveBeenLastCalledWith('')
    setFocused(undefined)
    await pass(10_000)
    expect([calls, pausedBy.mock.lastCall]).toEqual([focused, ['hidden']])
  })
})

describe('onlineManager', () => {
  test('setOnline(true) makes a connection that waits retry at once', async () => {
    const server = await startSocketServer()
    server.upgrade = 503
    const reconnect = { minDelay: 10 * MINUTE, maxDelay: 10 * MINUTE }
    function Socket() {
      const { status, nextRetryAt } = useSocket({ url: server.url, reconnect })
      return <p>{nextRetryAt === null ? status : 'waiting'}</p>
    }
    renderLive(<Socket />)
    await screen.findByText('waiting')
    server.upgrade = 'accept'
    setOnline(false)
    expect(server.requests).toHaveLength(1)
    setOnline(true)
    await screen.findByText('open')
    expect(server.requests).toHaveLength(2)
  })

  test('setOnline(false) slows polls down to one a minute, until setOnline(true)', async () => {
    useFakeTime()
    const queryFn = vi.fn(() => 1)
    const networkMode = 'always'
    function Poll() {
      const { pausedBy } = usePolling({ queryKey: ['a'], queryFn, interval: 1_000, networkMode })
      return <p>{[...pausedBy].join()}</p>
    }
    renderLive(<Poll />)
    await pass(100)
    setOnline(false)
    await pass(MINUTE)
    expect(queryFn).toHaveBeenCalledTimes(2)
    expect(screen.getByText('offline')).toBeDefined()
    setOnline(true)
    await pass(1)
    expect(queryFn).toHaveBeenCalledTimes(3)
  })
})
