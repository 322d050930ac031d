import { skipToken } from '@tanstack/react-query'
import { act, screen, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { append, type Cursor, RequestError, useMessage, useSubscription } from 'react-query-realtime'
import { describe, expect, test, vi } from 'vitest'
import { setUpMarket } from '../support/setUpMarket.tsx'

const openMarket = setUpMarket()

test('subscribes once under StrictMode, shows pushes, and unsubscribes after the last component has left', async () => {
  const { server, render, Price, shows, sent } = await openMarket()
  server.values.set('BTC', 1)
  const view = render([<Price key="a" symbol="BTC" />, <Price key="b" symbol="BTC" title="again" />])
  await shows('BTC', '1')
  await shows('again', '1')
  server.publish('BTC', 2)
  await shows('BTC', '2')
  view.rerender([<Price key="a" symbol="BTC" />, <Price key="c" symbol="ETH" />])
  await sent('+BTC', '+ETH')
  view.rerender([<Price key="c" symbol="ETH" />])
  await sent('+BTC', '+ETH', '-BTC')
  expect(server.holds()).toEqual(['ETH'])
})

test('is pending until the first message of its key', async () => {
  const { server, render, Price, shows, sent, rest } = await openMarket()
  render(<Price symbol="BTC" />)
  await sent('+BTC')
  await rest(50)
  expect(screen.getByTitle('BTC').textContent).toBe('pending stale')
  server.publish('BTC', 5)
  await shows('BTC', '5')
})

test('a remount within closeDelay sends nothing and shows current data', async () => {
  const { server, render, Price, shows, sent, rest } = await openMarket({}, { closeDelay: 3_000 })
  server.values.set('BTC', 1)
  const view = render([<Price key="a" symbol="BTC" />, <Price key="e" symbol="ETH" />])
  await shows('BTC', '1')
  view.rerender([<Price key="e" symbol="ETH" />])
  await rest(5)
  view.rerender([<Price key="b" symbol="BTC" />, <Price key="e" symbol="ETH" />])
  await shows('BTC', '1')
  await rest(100)
  await sent('+BTC', '+ETH')
})

test('after a drop, everything wanted is subscribed again, and stale until the server speaks of it', async () => {
  const { server, render, Price, shows, events } = await openMarket()
  server.values.set('BTC', 1).set('ETH', 9)
  render([<Price key="a" symbol="BTC" />, <Price key="b" symbol="ETH" />])
  await shows('BTC', '1')
  await shows('ETH', '9')
  server.respond.subscribed = (key, _frame, send) => key === 'BTC' && send({ response: 2 })
  server.dropAll()
  await shows('BTC', '2')
  await shows('ETH', '9 stale')
  expect(server.holds()).toEqual(['BTC', 'ETH'])
  await waitFor(() => expect(events.filter(({ kind }) => kind === 'gap')).toHaveLength(1))
  server.publish('ETH', 10)
  await shows('ETH', '10')
  expect(server.frames).toEqual(['+BTC', '+ETH', '+BTC', '+ETH'])
})

test('a refusal is the error of the query, is not retried, and refetch subscribes again', async () => {
  const { server, render, Price, shows, queryClient, sent } = await openMarket()
  queryClient.setDefaultOptions({ queries: { retry: 3, retryDelay: 1 } })
  server.respond.subscribed = (_key, _frame, send) => send({ error: 'no such symbol' })
  const onError = vi.fn()
  queryClient.getQueryCache().config.onError = onError
  render(<Price symbol="XYZ" />)
  await shows('XYZ', 'RequestError stale')
  await sent('+XYZ')
  expect(onError).toHaveBeenCalledWith(expect.any(RequestError), expect.anything())
  server.respond.subscribed = (_key, _frame, send) => send({ response: 3 })
  act(() => screen.getByTitle('refetch XYZ').click())
  await shows('XYZ', '3')
  await sent('+XYZ', '+XYZ')
})

test('an error for live data is the error of the query, too, and is not subscribed again (A12)', async () => {
  const { server, render, Price, shows, sent, rest } = await openMarket()
  server.values.set('BTC', 1)
  render(<Price symbol="BTC" />)
  await shows('BTC', '1')
  server.say('BTC', { error: 'delisted' })
  await shows('BTC', 'RequestError stale')
  await rest(100)
  await shows('BTC', 'RequestError stale')
  await sent('+BTC')
})

test('refetch of live data subscribes again', async () => {
  const { server, render, Price, shows, sent } = await openMarket()
  server.values.set('BTC', 1)
  render(<Price symbol="BTC" />)
  await shows('BTC', '1')
  server.values.set('BTC', 2)
  act(() => screen.getByTitle('refetch BTC').click())
  await shows('BTC', '2')
  await sent('+BTC', '-BTC', '+BTC')
})

test('an end with isLast sets isComplete, and nothing is subscribed again after it', async () => {
  const { server, render, Price, shows, sent, rest } = await openMarket()
  server.values.set('BTC', 1)
  render([<Price key="a" symbol="BTC" />, <Price key="b" symbol="ETH" />])
  await shows('BTC', '1')
  server.say('BTC', { isLast: true })
  await shows('BTC', '1 complete')
  server.dropAll()
  await sent('+BTC', '+ETH', '+ETH')
  await rest(50)
  await shows('BTC', '1 complete')
})

test.each([
  ['enabled: false', { enabled: false }],
  ['skipToken', { params: skipToken }],
] as const)('%s subscribes to nothing', async (_name, option) => {
  const { server, render, market, rest } = await openMarket()
  function Idle() {
    const { fetchStatus } = useSubscription(market, { type: 'price', params: {}, ...option })
    return <p>{fetchStatus}</p>
  }
  render(<Idle />)
  await screen.findByText('idle')
  await rest(50)
  expect([server.frames, server.sockets.length]).toEqual([[], 0])
})

test('hydrated data is shown at once, and stale until the first message', async () => {
  const { server, render, Price, shows, queryClient, sent } = await openMarket()
  queryClient.setQueryData(['price', { symbol: 'BTC' }], 7)
  render(<Price symbol="BTC" />)
  await shows('BTC', '7 stale')
  await sent('+BTC')
  server.publish('BTC', 8)
  await shows('BTC', '8')
})

test.each([
  ['append', append([{ id: 1 }])],
  ['a function of its own', (rows: unknown) => [...((rows as unknown[] | undefined) ?? []), 1]],
])(
  'a handler that writes by %s is applied once for each message, and subscribes once',
  async (_name, updater) => {
    const { server, render, market, sent, rest, queryClient } = await openMarket({
      on: { price: ({ params }, cache) => cache.setQueryData(['price', params], updater as never) },
    })
    function Rows() {
      const { data } = useSubscription(market, { type: 'price', params: { symbol: 'BTC' } })
      return <p title="rows">{(data as unknown[] | undefined)?.length}</p>
    }
    queryClient.setQueryData(['price', { symbol: 'BTC' }], [])
    render(<Rows />)
    await sent('+BTC')
    server.publish('BTC', 1)
    await waitFor(() => expect(screen.getByTitle('rows').textContent).toBe('1'))
    server.publish('BTC', 2)
    await waitFor(() => expect(screen.getByTitle('rows').textContent).toBe('2'))
    await rest(100)
    await sent('+BTC')
  },
)

test('a message that its handler writes elsewhere settles the query with its response', async () => {
  const { server, render, Price, shows, queryClient } = await openMarket({
    on: { price: ({ response }, cache) => cache.setQueryData(['last'], response) },
  })
  server.values.set('BTC', 4)
  render(<Price symbol="BTC" />)
  await shows('BTC', '4')
  expect(queryClient.getQueryData(['last'])).toBe(4)
})

test('a connection that ends is the error of a pending subscription', async () => {
  const { server, render, Price, shows, sent } = await openMarket({
    reconnect: { decide: () => 'end' },
  })
  render(<Price symbol="BTC" />)
  await sent('+BTC')
  server.dropAll()
  await shows('BTC', 'ConnectionLostError stale')
})

test('shares its key with useMessage', async () => {
  const { server, render, Price, shows } = await openMarket()
  function Reader(): ReactNode {
    return <p title="message">{String(useMessage('price', { symbol: 'BTC' }).data)}</p>
  }
  server.values.set('BTC', 1)
  render([<Price key="a" symbol="BTC" />, <Reader key="b" />])
  await shows('message', '1')
  server.publish('BTC', 2)
  await shows('message', '2')
})

test('with one stream for all, data that begins a subscription may have the number of the newest message', async () => {
  const cursor = ({ seq }: { seq?: number | undefined }) =>
    seq === undefined ? undefined : ({ seq } as Cursor)
  const { server, render, Price, shows } = await openMarket({ recovery: { cursor } })
  server.respond.subscribed = (key, _frame, send) => send({ response: `first of ${key}`, seq: 7 })
  const view = render([<Price key="a" symbol="BTC" />])
  await shows('BTC', 'first of BTC')
  view.rerender([<Price key="a" symbol="BTC" />, <Price key="b" symbol="ETH" />])
  await shows('ETH', 'first of ETH')
})

describe('with a position per subscription', () => {
  const recovery = {
    cursor: ({ epoch, seq }: { epoch?: string | number | undefined; seq?: number | undefined }) =>
      seq === undefined ? undefined : ({ epoch, seq } as Cursor),
    perSubscription: true,
  }

  test('a reopened subscription names its position, and missed messages arrive without a gap', async () => {
    const { server, render, Price, shows, events } = await openMarket({ recovery }, { gapSpread: 1 })
    const cursors: unknown[] = []
    server.respond.subscribed = (_key, { cursor }, send) => {
      cursors.push(cursor)
      if (cursor === undefined) send({ response: 'a', seq: 1 })
      else for (const seq of [2, 3]) send({ response: `missed ${seq}`, seq })
    }
    render(<Price symbol="BTC" />)
    await shows('BTC', 'a')
    server.dropAll()
    await shows('BTC', 'missed 3')
    expect(cursors).toEqual([undefined, { seq: 1 }])
    expect(events.filter(({ kind }) => kind === 'gap')).toEqual([])
  })

  test('the number that was sent, in a message with or without data, says that nothing was missed', async () => {
    const { server, render, Price, shows } = await openMarket({ recovery }, { gapSpread: 1 })
    server.respond.subscribed = (key, { cursor }, send) => {
      if (cursor === undefined) send({ response: key, seq: 1 })
      else if (key === 'BTC') send({ seq: 1 })
      else if (key === 'ETH') send({ response: key, seq: 1 })
    }
    render([<Price key="a" symbol="BTC" />, <Price key="b" symbol="ETH" />, <Price key="c" symbol="ADA" />])
    await shows('ADA', 'ADA')
    server.dropAll()
    await shows('ADA', 'ADA stale')
    await shows('BTC', 'BTC')
    await shows('ETH', 'ETH')
    expect(server.frames).toEqual(['+BTC', '+ETH', '+ADA', '+BTC', '+ETH', '+ADA'])
  })

  test('a skipped number is a gap of its key only, which is subscribed again without a position', async () => {
    const { server, render, Price, shows, events } = await openMarket({ recovery }, { gapSpread: 1 })
    server.respond.subscribed = (key, { cursor }, send) =>
      send({ response: `${key} from ${JSON.stringify(cursor)}`, seq: 1 })
    render([<Price key="a" symbol="BTC" />, <Price key="b" symbol="ETH" />])
    await shows('BTC', 'BTC from undefined')
    await shows('ETH', 'ETH from undefined')
    server.say('BTC', { response: 'after a gap', seq: 3 })
    await waitFor(() => expect(server.frames).toEqual(['+BTC', '+ETH', '-BTC', '+BTC']))
    await shows('BTC', 'BTC from undefined')
    const gaps = events.flatMap(event => (event.kind === 'gap' ? [[event.cause, event.keys]] : []))
    expect(gaps).toEqual([['sequence', [['price', { symbol: 'BTC' }]]]])
  })

  test('after an outage of longer than rememberedFor, positions are not sent, and each key starts over', async () => {
    const { server, render, Price, shows } = await openMarket(
      { recovery: { ...recovery, rememberedFor: 1_000 } },
      { gapSpread: 1 },
    )
    const cursors: unknown[] = []
    server.respond.subscribed = (_key, { cursor }, send) => {
      cursors.push(cursor)
      send({ response: cursor === undefined ? `first ${cursors.length}` : 'resumed', seq: 1 })
    }
    render(<Price symbol="BTC" />)
    await shows('BTC', 'first 1')
    server.upgrade = 503
    server.dropAll()
    await new Promise(resolve => setTimeout(resolve, 1_300))
    server.upgrade = 'accept'
    await shows('BTC', 'first 2')
    expect(cursors).toEqual([undefined, undefined])
  })

  test('after a silence of longer than rememberedFor over one socket, the key is subscribed again without a position', async () => {
    const { server, render, Price, shows, events } = await openMarket(
      { recovery: { ...recovery, rememberedFor: 1_000 } },
      { gapSpread: 1 },
    )
    const cursors: unknown[] = []
    server.respond.subscribed = (_key, { cursor }, send) => {
      cursors.push(cursor)
      send({ response: `first ${cursors.length}`, seq: 1 })
    }
    render(<Price symbol="BTC" />)
    await shows('BTC', 'first 1')
    await new Promise(resolve => setTimeout(resolve, 1_300))
    server.say('BTC', { response: 'late', seq: 2 })
    await shows('BTC', 'first 2')
    expect(cursors).toEqual([undefined, undefined])
    const gaps = events.flatMap(event => (event.kind === 'gap' ? [[event.cause, event.keys]] : []))
    expect(gaps).toEqual([['forgotten', [['price', { symbol: 'BTC' }]]]])
  })
})
