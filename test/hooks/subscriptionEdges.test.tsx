import { QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, render as renderPlain, screen, waitFor } from '@testing-library/react'
import {
  type Cursor,
  RealtimeProvider,
  type SocketOptions,
  useSocket,
  useSubscription,
} from 'react-query-realtime'
import { Activity, version } from 'react'
import { expect, test } from 'vitest'
import { allowConsole } from '../support/consoleGuard.ts'
import { setUpMarket } from '../support/setUpMarket.tsx'

const openMarket = setUpMarket()

/** Keeps the connection open. */
function Keep({ socket }: { socket: SocketOptions }) {
  return <i>{useSocket(socket).status}</i>
}

const positions = {
  cursor: ({ epoch, seq }: { epoch?: string | number | undefined; seq?: number | undefined }) =>
    seq === undefined ? undefined : ({ epoch, seq } as Cursor),
  perSubscription: true,
}

/** A schema of numbers. */
const numbers = (isAsync: boolean) => ({
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) => {
      const result = typeof value === 'number' ? { value } : { issues: [{ message: 'no number' }] }
      return isAsync ? Promise.resolve(result) : result
    },
  },
})

test('the liveQueries of every component count, also without StrictMode', async () => {
  const { server, Price, shows, queryClient, events } = await openMarket({ recovery: positions })
  let fetches = 0
  function List() {
    return (
      <p title="list">
        {useQuery({ queryKey: ['list'], queryFn: () => ++fetches, staleTime: Infinity }).data}
      </p>
    )
  }
  server.respond.subscribed = (_key, _frame, send) => send({ response: 1, seq: 1 })
  renderPlain(
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider closeDelay={30} gapSpread={0} onEvent={event => events.push(event)}>
        <Price symbol="BTC" liveQueries={[['list']]} />
        <Price symbol="BTC" title="other" />
        <List />
      </RealtimeProvider>
    </QueryClientProvider>,
  )
  await shows('BTC', '1')
  server.say('BTC', { response: 3, seq: 3 })
  await waitFor(() => expect(screen.getByTitle('list').textContent).toBe('2'))
})

test('enabled: false ends a pending subscription and its connection', async () => {
  const { server, render, Price, shows, sent, queryClient } = await openMarket()
  const view = render(<Price symbol="BTC" />)
  await sent('+BTC')
  view.rerender(<Price symbol="BTC" enabled={false} />)
  await shows('BTC', 'pending')
  await waitFor(() => expect(server.holds()).toEqual([]))
  expect(queryClient.isFetching()).toBe(0)
})

test('a subscription that cannot be serialized fails alone, and is never unsubscribed', async () => {
  const { render, Price, shows, market, rest, server } = await openMarket()
  server.values.set('BTC', 1)
  function Bad() {
    const { error } = useSubscription(market, { type: 'price', params: { symbol: 'X', size: 1 } })
    return <p title="bad">{error?.name}</p>
  }
  market.serialize = value => {
    const text = JSON.stringify(value)
    if (text.includes('size')) throw new TypeError('no')
    return text
  }
  const view = render([<Price key="a" symbol="BTC" />, <Bad key="b" />])
  await shows('BTC', '1')
  expect(server.frames).toEqual(['+BTC'])
  await waitFor(() => expect(screen.getByTitle('bad').textContent).toBe('TypeError'), { timeout: 10_000 })
  view.rerender([<Price key="a" symbol="BTC" />])
  await rest(100)
  expect(server.frames).toEqual(['+BTC'])
})

test('an unsubscribe that cannot be serialized is reported, and is no error of a query', async () => {
  allowConsole(/handler-error/)
  const { render, Price, shows, market, rest, server, events } = await openMarket()
  server.values.set('BTC', 1).set('ETH', 1)
  market.serialize = value => {
    const text = JSON.stringify(value)
    if (text.includes('false') && text.includes('BTC')) throw new TypeError('no')
    return text
  }
  render([<Price key="a" symbol="BTC" />, <Price key="b" symbol="ETH" />])
  await shows('BTC', '1')
  server.values.set('BTC', 2)
  act(() => screen.getByTitle('refetch BTC').click())
  await shows('BTC', '2')
  await rest(50)
  await shows('BTC', '2')
  expect(events.filter(({ kind }) => kind === 'handler-error')).toHaveLength(1)
})

test('a gap right before a drop is not forgotten: the subscription starts over', async () => {
  const { server, render, Price, shows } = await openMarket({ recovery: positions })
  const cursors: unknown[] = []
  server.respond.subscribed = (_key, { cursor }, send) => {
    cursors.push(cursor)
    if (cursor === undefined) send({ response: `snapshot ${cursors.length}`, seq: 10 * cursors.length })
  }
  render(<Price symbol="BTC" />)
  await shows('BTC', 'snapshot 1')
  server.say('BTC', { response: 'after a gap', seq: 12 })
  await shows('BTC', 'after a gap')
  server.dropAll()
  // The round of refetches may have come before the drop.
  await waitFor(() => expect(screen.getByTitle('BTC').textContent).toMatch(/^snapshot \d$/))
  await waitFor(() => expect(server.sockets).toHaveLength(2))
  expect(new Set(cursors)).toEqual(new Set([undefined]))
})

test.each([
  ['sync', false],
  ['async', true],
])(
  'a first message that its %s schema rejects is the error of the query, until a valid one comes',
  async (_n, isAsync) => {
    allowConsole(/schema/)
    const { server, render, Price, shows, sent } = await openMarket({
      messages: { price: numbers(isAsync) },
    })
    server.values.set('BTC', 'no number')
    render(<Price symbol="BTC" />)
    await shows('BTC', 'RequestError stale')
    server.publish('BTC', 5)
    await shows('BTC', '5')
    await sent('+BTC')
  },
)

test('a refusal that comes after the last component has left is not shown to the next, which subscribes again', async () => {
  const { server, render, Price, shows, sent, rest, market } = await openMarket()
  const keep = <Keep key="k" socket={market} />
  server.values.set('BTC', 1)
  const view = render([<Price key="a" symbol="BTC" />, keep])
  await shows('BTC', '1')
  view.rerender([keep])
  server.say('BTC', { error: 'no' })
  await rest(15)
  view.rerender([<Price key="b" symbol="BTC" />, keep])
  await rest(20)
  await shows('BTC', '1')
  await sent('+BTC', '+BTC')
})

test('data that follows an error replaces it, even if the error was not shown yet', async () => {
  const { server, render, Price, shows, rest } = await openMarket()
  server.values.set('BTC', 1)
  render(<Price symbol="BTC" />)
  await shows('BTC', '1')
  server.say('BTC', { error: 'delayed' })
  await shows('BTC', 'RequestError stale')
  server.publish('BTC', 2)
  await shows('BTC', '2')
  // The fetch that reports this error waits, because extra fetches are at least a second apart.
  server.say('BTC', { error: 'delayed' })
  await rest(50)
  server.publish('BTC', 3)
  await rest(1_500)
  await shows('BTC', '3')
})

test('a message without a response is not the first message', async () => {
  const { server, render, Price, shows, rest, sent } = await openMarket()
  server.respond.subscribed = (_key, _frame, send) => send({ subscribe: true })
  render(<Price symbol="BTC" />)
  await sent('+BTC')
  await rest(50)
  await shows('BTC', 'pending stale')
  server.publish('BTC', 2)
  await shows('BTC', '2')
})

test('after the provider has gone, a refetch by the app opens no connection', async () => {
  const { server, render, Price, shows, rest, queryClient } = await openMarket()
  server.values.set('BTC', 1)
  const view = render(<Price symbol="BTC" />)
  await shows('BTC', '1')
  view.unmount()
  await rest(50)
  const before = server.requests.length
  await act(() =>
    Promise.race([
      queryClient.refetchQueries({ type: 'all' }),
      new Promise(resolve => setTimeout(resolve, 300)),
    ]),
  )
  expect(server.requests).toHaveLength(before)
})

test('with positions, a subscription that has none yet is subscribed once at a reopening', async () => {
  const { server, render, Price, shows, rest } = await openMarket({ recovery: positions })
  server.values.set('BTC', 1)
  render(<Price symbol="BTC" />)
  await shows('BTC', '1')
  server.values.set('BTC', 2)
  server.dropAll()
  await shows('BTC', '2')
  await rest(1_500)
  expect(server.frames).toEqual(['+BTC', '+BTC'])
})

test('with positions, a subscription that was resumed has no gap', async () => {
  const { server, render, Price, shows, rest, events } = await openMarket({ recovery: positions })
  server.respond.subscribed = (_key, { cursor }, send) =>
    send({ response: cursor ? 'b' : 'a', seq: cursor ? 2 : 1 })
  render(<Price symbol="BTC" />)
  await shows('BTC', 'a')
  server.dropAll()
  await shows('BTC', 'b')
  await rest(1_500)
  expect(server.frames).toEqual(['+BTC', '+BTC'])
  expect(events.flatMap(event => (event.kind === 'gap' ? event.keys : []))).toEqual([])
})

// React 18 has no Activity.
test.skipIf(version.startsWith('18.'))(
  'a hidden Activity unsubscribes, and subscribes when it is shown',
  async () => {
    const { server, render, Price, shows, sent, rest, market } = await openMarket()
    const keep = <Keep key="k" socket={market} />
    server.values.set('BTC', 1)
    const page = (mode: 'hidden' | 'visible') => [
      keep,
      <Activity key="a" mode={mode}>
        <Price symbol="BTC" />
      </Activity>,
    ]
    const view = render(page('visible'))
    await shows('BTC', '1')
    view.rerender(page('hidden'))
    await sent('+BTC', '-BTC')
    server.values.set('BTC', 2)
    await rest(20)
    view.rerender(page('visible'))
    await shows('BTC', '2')
    await sent('+BTC', '-BTC', '+BTC')
  },
)

test('a refused subscription is not sent again after a reconnect, until a fetch wants that', async () => {
  const { server, render, Price, shows, sent } = await openMarket({}, { gapSpread: 1 })
  server.values.set('BTC', 1)
  // As a server does that closes the connection after a refusal.
  server.respond.subscribed = (key, _frame, send) => {
    if (key === 'BTC') return send({ response: server.sockets.length })
    send({ error: 'forbidden' })
    setTimeout(() => server.dropAll(), 5)
  }
  render([<Price key="a" symbol="BTC" />, <Price key="b" symbol="XYZ" />])
  await shows('BTC', '2')
  await shows('XYZ', 'RequestError stale')
  await rest(300)
  await sent('+BTC', '+XYZ', '+BTC')
  server.respond.subscribed = (_key, _frame, send) => send({ response: 'allowed' })
  act(() => screen.getByTitle('refetch XYZ').click())
  await shows('XYZ', 'allowed')
})

test.each(['at the mount', 'after a drop'])(
  'the live queries of a subscription are fetched again once the server has accepted it, %s',
  async when => {
    const { server, render, Price, shows } = await openMarket({}, { gapSpread: 1 })
    let rows = 0
    function Rows() {
      const { data } = useQuery({
        queryKey: ['rows'],
        queryFn: () => Promise.resolve(++rows),
        staleTime: Infinity,
      })
      return <p title="rows">{data}</p>
    }
    const accept: (() => void)[] = []
    server.respond.subscribed = (_key, _frame, send) => void accept.push(() => send({ response: 'accepted' }))
    render([<Rows key="r" />, <Price key="p" symbol="BTC" liveQueries={ROWS} />])
    await waitFor(() => expect(accept).toHaveLength(1))
    await shows('rows', '1')
    accept[0]?.()
    await shows('rows', '2')
    if (when === 'at the mount') return
    server.dropAll()
    await waitFor(() => expect(accept).toHaveLength(2))
    await rest(1_500)
    const before = rows
    accept[1]?.()
    await waitFor(() => expect(rows).toBeGreaterThan(before))
  },
)

const ROWS = [['rows']]
const rest = (ms: number) => act(() => new Promise(resolve => setTimeout(resolve, ms)))

test('the live queries of a subscription are fetched again after refetch has subscribed again', async () => {
  const { server, render, Price, shows } = await openMarket()
  let rows = 0
  function Rows() {
    const { data } = useQuery({
      queryKey: ['rows'],
      queryFn: () => Promise.resolve(++rows),
      staleTime: Infinity,
    })
    return <p title="rows">{data}</p>
  }
  server.values.set('BTC', 1)
  render([<Rows key="r" />, <Price key="p" symbol="BTC" liveQueries={ROWS} />])
  await shows('BTC', '1')
  await shows('rows', '2')
  act(() => screen.getByTitle('refetch BTC').click())
  await shows('rows', '3')
})
