import { act, screen, waitFor } from '@testing-library/react'
import { type Realtime, useLongPoll, useRealtime, useServerEvents, useSocket } from 'react-query-realtime'
import { expect, test, vi } from 'vitest'
import { useEffect } from 'react'
import { setUpRealtime } from '../support/setUpRealtime.tsx'

const open = setUpRealtime()

async function openPanel() {
  const page = await open({ heartbeat: { interval: 100, timeout: 2_000 } })
  await page.publish('start', null, 0)
  let realtime!: Realtime
  const snapshots = new Set<unknown>()
  function Connections() {
    useSocket({ url: page.at('/socket?ticket=secret'), id: 'market' })
    useServerEvents({ url: page.at('/events') })
    useLongPoll({ url: page.at('/long-poll') })
    return null
  }
  function Panel() {
    const given = useRealtime()
    useEffect(() => {
      realtime = given
      snapshots.add(given.connections)
    })
    return <p>{given.connections.map(({ transport, status }) => `${transport} ${status}`).join()}</p>
  }
  page.render([<Connections key="a" />, <Panel key="b" />])
  const shows = (text: string) => screen.findByText(text)
  await shows('socket open,serverEvents open,longPoll open')
  return { ...page, realtime: () => realtime, snapshots, shows }
}

test('lists open connections, without the query string of their URLs', async () => {
  const { realtime, at } = await openPanel()
  const url = new URL(at('/socket'))
  await waitFor(() => {
    expect(realtime().connections[0]).toEqual({
      id: 'market',
      transport: 'socket',
      url: `ws://${url.host}/socket`,
      status: 'open',
      users: 1,
      retryCount: 0,
      nextRetryAt: null,
      latency: expect.any(Number),
      lastMessageAt: expect.any(Number),
      received: expect.any(Number),
      unknown: expect.any(Number),
      bad: 0,
    })
  })
  expect(JSON.stringify(realtime().connections)).not.toContain('secret')
})

test('counts received, unknown and bad messages', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { realtime, fault } = await openPanel()
  await fault('garbage', { kind: 'text', count: 2 })
  await waitFor(() => expect(realtime().connections[0]?.bad).toBeGreaterThanOrEqual(2))
  vi.restoreAllMocks()
})

test('closeAll closes all connections, and reconnectAll reopens them', async () => {
  const { realtime, shows } = await openPanel()
  act(() => realtime().closeAll())
  await shows('socket closed,serverEvents closed,longPoll closed')
  act(() => realtime().reconnectAll())
  await shows('socket open,serverEvents open,longPoll open')
})
