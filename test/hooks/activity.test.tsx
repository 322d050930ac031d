import { screen, waitFor } from '@testing-library/react'
import * as React from 'react'
import { type ReactNode, Suspense } from 'react'
import {
  socketOptions,
  useLongPoll,
  useMessage,
  usePolling,
  useRealtime,
  useServerEvents,
  useSocket,
  useSocketQuery,
  useSubscription,
  useSuspensePolling,
  useSuspenseSocketQuery,
  useSuspenseSubscription,
} from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { setUpMarket } from '../support/setUpMarket.tsx'

type ActivityProps = { mode: 'visible' | 'hidden'; children: ReactNode }
/** React 18 has none. */
const { Activity } = React as { Activity?: (props: ActivityProps) => ReactNode }
const openMarket = setUpMarket()

/** A tree that is hidden and shown, with a clock that lets React render. */
async function openTree(Content: () => ReactNode, mode: ActivityProps['mode'] = 'visible') {
  const page = await openMarket()
  const Tree = Activity!
  const tree = (next: ActivityProps['mode']) => (
    <Tree mode={next}>
      <Suspense fallback="Loading…">
        <Content />
      </Suspense>
    </Tree>
  )
  const view = page.render(tree(mode))
  const set = (next: ActivityProps['mode']) => view.rerender(tree(next))
  const shows = (text: string | RegExp) => waitFor(() => expect(view.container.textContent).toMatch(text))
  const pass = (ms: number) => {
    const end = performance.now() + ms
    return waitFor(() => expect(performance.now()).toBeGreaterThan(end), { timeout: ms + 8_000 })
  }
  return { ...page, ...view, set, shows, pass }
}

describe.skipIf(!Activity)('inside <Activity>', () => {
  test.each([
    ['useSocket', 'socket'],
    ['useServerEvents', 'events'],
    ['useLongPoll', 'longPoll'],
  ] as const)('%s closes its connection while it is hidden, and opens it again', async (hook, transport) => {
    let url = ''
    const hooks = {
      useSocket: () => useSocket({ url }),
      useServerEvents: () => useServerEvents({ url }),
      useLongPoll: () => useLongPoll({ url }),
    }
    const useStatus = hooks[hook]
    function Light() {
      const { status } = useStatus()
      return url && status
    }
    const page = await openTree(Light, 'hidden')
    url = page.at({ socket: '/socket', events: '/events', longPoll: '/long-poll' }[transport])
    await page.pass(100)
    expect((await page.clients()).opened[transport]).toBe(0)
    page.set('visible')
    await page.shows(/^open$/)
    for (const round of [1, 2]) {
      page.set('hidden')
      await waitFor(async () => expect(await page.openNow(transport)).toBe(0))
      page.set('visible')
      await page.shows(/^open$/)
      await waitFor(async () => expect(await page.openNow(transport)).toBe(1))
      if (transport !== 'longPoll') expect((await page.clients()).opened[transport]).toBe(round + 1)
    }
  })

  test('a tree that is shown again within closeDelay opens and sends nothing', async () => {
    const page = await openTree(() => null)
    page.server.values.set('BTC', 1)
    const Tree = Activity!
    const tree = (mode: ActivityProps['mode']) => (
      <Tree mode={mode}>
        <page.Price symbol="BTC" />
      </Tree>
    )
    page.rerender(tree('visible'))
    await page.shows(/^1$/)
    page.rerender(tree('hidden'))
    page.rerender(tree('visible'))
    await page.pass(200)
    expect(page.server.frames).toEqual(['+BTC'])
    expect(page.server.requests).toHaveLength(1)
    page.server.publish('BTC', 2)
    await page.shows(/^2$/)
  })

  test.each(['useSubscription', 'useSuspenseSubscription'] as const)(
    '%s unsubscribes while it is hidden, keeps its data, and subscribes again',
    async hook => {
      const useHook = { useSubscription, useSuspenseSubscription }[hook]
      let market = socketOptions({ url: '' })
      const params = { symbol: 'BTC' }
      const Price = () => {
        const { data, isStale } = useHook(market, { type: 'price', params })
        return `${String(data)}${isStale ? ' stale' : ''}`
      }
      const page = await openTree(() => null)
      market = page.market
      page.server.values.set('BTC', 1)
      const Tree = Activity!
      const tree = (mode: ActivityProps['mode']) => (
        <Tree mode={mode}>
          <Suspense>
            <Price />
          </Suspense>
        </Tree>
      )
      page.rerender(tree('visible'))
      await page.shows(/^1$/)
      page.rerender(tree('hidden'))
      await waitFor(() => expect(page.server.holds()).toEqual([]))
      page.server.values.set('BTC', 2)
      page.rerender(tree('visible'))
      expect(page.container.textContent).toMatch(/^1/)
      await page.shows(/^2$/)
      page.server.publish('BTC', 3)
      await page.shows(/^3$/)
      expect(page.server.frames.filter(frame => frame === '+BTC')).toHaveLength(2)
    },
  )

  test.each(['useSocketQuery', 'useSuspenseSocketQuery'] as const)(
    '%s keeps its data while it is hidden, and requests it once more when it is shown',
    async hook => {
      const useHook = { useSocketQuery, useSuspenseSocketQuery }[hook]
      let url = ''
      const Price = () => {
        const { data } = useHook({ url }, { type: 'price', params: { symbol: 'BTC' } })
        return String((data as { last: number } | undefined)?.last)
      }
      const page = await openTree(() => null)
      url = page.at('/socket')
      const publish = (last: number) => page.publish('price', { symbol: 'BTC' }, { last })
      const requests = async () =>
        (await page.clients()).clients.reduce((sum, client) => sum + client.requests, 0)
      await publish(1)
      const Tree = Activity!
      const tree = (mode: ActivityProps['mode']) => (
        <Tree mode={mode}>
          <Suspense>
            <Price />
          </Suspense>
        </Tree>
      )
      page.rerender(tree('visible'))
      await page.shows(/^1$/)
      page.rerender(tree('hidden'))
      await waitFor(async () => expect(await page.openNow('socket')).toBe(0))
      await publish(2)
      page.rerender(tree('visible'))
      expect(page.container.textContent).toBe('1')
      await page.shows(/^2$/)
      await publish(3)
      await page.shows(/^3$/)
      expect((await page.clients()).opened.socket).toBe(2)
      expect(await requests()).toBeLessThanOrEqual(2)
    },
  )

  test.each(['usePolling', 'useSuspensePolling'] as const)(
    '%s does not poll while it is hidden, keeps its data, and polls at once when it is shown',
    async hook => {
      const useHook = { usePolling, useSuspensePolling }[hook]
      const { url, requests } = await startServer((response, _request, index) => response.end(`${index + 1}`))
      const Count = () => {
        const { data, isPolling } = useHook<number>({ url, interval: 1_200 })
        return `${String(data)} ${isPolling}`
      }
      const page = await openTree(Count)
      await page.shows(/^1 true$/)
      page.set('hidden')
      await page.pass(1_800)
      expect(requests).toHaveLength(1)
      page.set('visible')
      expect(page.container.textContent).toMatch(/^1/)
      await page.shows(/^2 true$/)
      await page.pass(600)
      expect(requests).toHaveLength(2)
      await page.shows(/^3 true$/)
    },
  )

  test('useMessage and useRealtime show what arrived in the meantime', async () => {
    const page = await openTree(() => null)
    const { server } = page
    server.values.set('BTC', 1)
    const Tree = Activity!
    function Panel() {
      const { data } = useMessage('price', { symbol: 'BTC' })
      const { connections } = useRealtime()
      return `${String(data)} ${connections.map(({ status }) => status).join()}`
    }
    const tree = (mode: ActivityProps['mode'], hasPrice: boolean) => [
      <Tree key="a" mode={mode}>
        <p title="panel">
          <Panel />
        </p>
      </Tree>,
      hasPrice && <page.Price key="b" symbol="BTC" />,
    ]
    page.rerender(tree('hidden', true))
    await page.shows(/1/)
    page.rerender(tree('visible', true))
    await waitFor(() => expect(screen.getByTitle('panel').textContent).toBe('1 open'))
    page.rerender(tree('hidden', true))
    server.publish('BTC', 2)
    await page.shows(/2$/)
    page.rerender(tree('visible', true))
    await waitFor(() => expect(screen.getByTitle('panel').textContent).toBe('2 open'))
    page.rerender(tree('hidden', false))
    await waitFor(() => expect(server.holds()).toEqual([]))
    page.rerender(tree('visible', false))
    await waitFor(() => expect(screen.getByTitle('panel').textContent).toBe('2 '))
  })

  test('send() of a hidden component is delivered, and then the connection is released', async () => {
    const page = await openTree(() => null)
    const { server, market } = page
    const Tree = Activity!
    let send: ((data: unknown) => boolean) | undefined
    function Sender() {
      send = useSocket(market).send
      return null
    }
    const tree = (mode: ActivityProps['mode']) => (
      <Tree mode={mode}>
        <Sender />
      </Tree>
    )
    page.rerender(tree('visible'))
    await waitFor(() => expect(server.sockets.at(-1)?.readyState).toBe(1))
    page.rerender(tree('hidden'))
    await waitFor(() => expect(server.sockets.at(-1)?.readyState).toBe(3))
    expect(send?.({ type: 'price', params: { symbol: 'LATE' }, subscribe: true })).toBe(true)
    await waitFor(() => expect(server.frames).toEqual(['+LATE']))
    await waitFor(() => expect(server.sockets.map(({ readyState }) => readyState)).toEqual([3, 3]))
  })

  test('a hidden tree that suspends fetches its data, and releases the connection if it is never shown', async () => {
    const page = await openTree(() => null)
    const { server, market } = page
    server.values.set('BTC', 1)
    const params = { symbol: 'BTC' }
    const Price = () => <p>{String(useSuspenseSubscription(market, { type: 'price', params }).data)}</p>
    const Tree = Activity!
    const tree = (mode: ActivityProps['mode']) => (
      <Tree mode={mode}>
        <Suspense fallback="Loading…">
          <Price />
        </Suspense>
      </Tree>
    )
    page.rerender(tree('hidden'))
    await waitFor(() => expect(page.container.textContent).toBe('1'))
    await waitFor(() => expect(server.holds()).toEqual([]))
    server.values.set('BTC', 2)
    page.rerender(tree('visible'))
    await page.shows(/^2$/)
    expect(server.frames.filter(frame => frame === '+BTC')).toHaveLength(2)
  })
})
