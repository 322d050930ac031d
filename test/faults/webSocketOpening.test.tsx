import { waitFor } from '@testing-library/react'
import { useSocket } from 'react-query-realtime'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { patient, setUpFaultyConnection } from '../support/setUpFaultyConnection.tsx'

const openSocket = setUpFaultyConnection(useSocket, '/socket')

test('an unreachable server is retried continuously, with the status `connecting` throughout (W1)', async () => {
  const page = await openSocket({}, { before: ({ proxy }) => proxy.refuse() })
  const { eventsOf, result } = page
  await waitFor(() => expect(eventsOf('retry').length).toBeGreaterThanOrEqual(3), patient)
  expect(page.statuses()).toEqual(['connecting'])
  const counts = eventsOf('retry').map(({ retryCount }) => retryCount)
  expect(counts.slice(0, 3)).toEqual([1, 2, 3])
  expect(result().error).toMatchObject({ code: 'connection-failed', failureKind: 'close', status: 1006 })
  await page.proxy.accept()
  await page.shows('open')
  expect(result().error).toBe(null)
})

test('a handshake that hangs is given up after connectTimeout and leaves no socket behind (W2)', async () => {
  const { proxy, shows, eventsOf } = await openSocket(
    { reconnect: { connectTimeout: 300 } },
    { rules: [{ at: 'handshake', times: 1, act: { do: 'hang' } }] },
  )
  await shows('open')
  expect(eventsOf('retry')[0]).toMatchObject({ error: { failureKind: 'timeout' } })
  await waitFor(() => expect(proxy.openConnections()).toHaveLength(1), patient)
  expect(proxy.openConnections()).not.toContain(0)
})

test('a connection that is accepted but gets no response is given up in the same way (W2)', async () => {
  const { proxy, shows, eventsOf } = await openSocket(
    { reconnect: { connectTimeout: 300 } },
    { rules: [{ at: 'connection', times: 1, act: { do: 'hang' } }] },
  )
  await shows('open')
  expect(eventsOf('retry')[0]).toMatchObject({ error: { failureKind: 'timeout' } })
  await waitFor(() => expect(proxy.openConnections()).not.toContain(0), patient)
})

test('a socket that opens and stays silent is replaced by the heartbeat, and its opening resets no retry count (W3)', async () => {
  const { result, shows, statuses, eventsOf } = await openSocket(
    { heartbeat: { interval: 100, timeout: 100 }, reconnect: { stableAfter: 1_000 } },
    { rules: [{ at: 'handshake', times: 3, act: { do: 'half-open' } }] },
  )
  await waitFor(() => expect(eventsOf('retry')).toHaveLength(3), patient)
  expect(eventsOf('retry').map(({ retryCount }) => retryCount)).toEqual([1, 2, 3])
  expect(eventsOf('retry').map(({ error }) => error)).toEqual(
    Array.from({ length: 3 }, () => expect.objectContaining({ failureKind: 'silence' })),
  )
  expect(statuses()).toContain('open')
  await shows('open')
  await waitFor(() => expect(result().retryCount).toBe(0), patient)
})

test.each([401, 403, 503])(
  'a handshake response of %i hides its cause: the second forces one new token, then the back-off continues (W4)',
  async status => {
    const asked: string[] = []
    const getToken = ({ reason }: { reason: string }) => {
      asked.push(reason)
      return `token-${asked.length}`
    }
    const { shows, statuses } = await openSocket(
      {},
      { provider: { getToken }, rules: [{ at: 'handshake', times: 5, act: { do: 'answer', status } }] },
    )
    await shows('open')
    expect(asked).toEqual(['connect', 'connect', 'refused', 'connect', 'connect', 'connect'])
    expect(statuses()).toEqual(['connecting', 'open'])
  },
)

test('a server that closes each connection at once is never retried sooner than the back-off allows (W9)', async () => {
  const { proxy, eventsOf } = await openSocket(
    { reconnect: { minDelay: 40, maxDelay: 400, stableAfter: 60_000 } },
    { rules: [{ at: 'frame', from: 'server', act: { do: 'close', code: 1001 } }] },
  )
  await waitFor(() => expect(proxy.moments('handshake').length).toBeGreaterThanOrEqual(9), patient)
  const retries = eventsOf('retry')
  expect(retries.map(({ retryCount }) => retryCount)).toEqual(retries.map((_event, index) => index + 1))
  const times = proxy.log.flatMap(entry =>
    entry.kind === 'moment' && entry.moment.at === 'handshake' ? [entry.at] : [],
  )
  for (const [index, { delay }] of retries.slice(0, 8).entries()) {
    // Timers may count in whole milliseconds.
    expect(times[index + 1]! - times[index]!).toBeGreaterThanOrEqual(delay - 2)
  }
})

test('a connection that is ended or reset before any response is retried with back-off (W9)', async () => {
  const { shows, eventsOf } = await openSocket(
    {},
    {
      rules: [
        { at: 'connection', times: 2, act: { do: 'reset' } },
        { at: 'connection', times: 2, act: { do: 'end' } },
        { at: 'handshake', times: 2, act: { do: 'reset' } },
      ],
    },
  )
  await shows('open')
  expect(eventsOf('retry').map(({ retryCount }) => retryCount)).toEqual([1, 2, 3, 4, 5, 6])
})

test('a subprotocol that the server does not select is reported as such and retried (W38)', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => false })
  onTestFinished(() => server.close())
  await once(server, 'listening')
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const { result, eventsOf } = await openSocket({ url, protocols: ['meta', 'app'] })
  await waitFor(() => expect(eventsOf('retry').length).toBeGreaterThanOrEqual(2), patient)
  expect(result().error?.message).toContain('a subprotocol that the server did not select')
})
