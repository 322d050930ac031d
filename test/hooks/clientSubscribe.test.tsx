import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { render, screen, waitFor } from '@testing-library/react'
import {
  type RealtimeEvent,
  RealtimeClient,
  type RealtimeOptions,
  RealtimeProvider,
  RequestError,
  socketOptions,
  type SocketOptions,
  useRealtimeClient,
  useSubscription,
} from 'react-query-realtime'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { allowConsole } from '../support/consoleGuard.ts'
import { pass } from '../support/setUpFaults.tsx'
import { type LoaderMethod } from '../support/setUpClient.tsx'
import { setUpMarket } from '../support/setUpMarket.tsx'
import { startSubscriptionServer } from '../support/subscriptionServer.ts'

const openMarket = setUpMarket()

async function setUp(more: Partial<SocketOptions> = {}, options: RealtimeOptions = {}) {
  const server = await startSubscriptionServer()
  const events: RealtimeEvent[] = []
  const queryClient = new QueryClient()
  const client = new RealtimeClient({
    queryClient,
    closeDelay: 30,
    reconnect: { minDelay: 20, maxDelay: 100, stableAfter: 100 },
    gapSpread: 1,
    onEvent: event => events.push(event),
    ...options,
  })
  onTestFinished(() => {
    client.dispose()
    queryClient.clear()
  })
  const market = socketOptions({ url: server.url, ...(more as object) })
  const log: unknown[] = []
  const listen = (name = '', symbol = 'BTC') =>
    client.subscribe(
      market,
      { type: 'price', params: { symbol } },
      {
        onData: response => log.push(`${name}${String(response)}`),
        onError: error => log.push(`${name}${error.name}`),
        onComplete: () => log.push(`${name}complete`),
      },
    )
  const logs = (...entries: unknown[]) => waitFor(() => expect(log).toEqual(entries))
  const sent = (...frames: string[]) => waitFor(() => expect(server.frames).toEqual(frames))
  return { server, events, queryClient, client, market, log, logs, sent, listen }
}

describe('client.subscribe', () => {
  test('a component that mounts during an outage gets its data, although the server says that nothing was missed', async () => {
    const { server, client, queryClient, market, logs, listen } = await setUp({
      recovery: {
        cursor: ({ seq }) => (seq === undefined ? undefined : { seq }),
        perSubscription: true,
        resumed: message => (message as { resumed?: boolean }).resumed,
      },
    })
    server.respond.subscribed = (_key, { cursor }, send) =>
      send(cursor ? { resumed: true } : { response: 'a', seq: 1 })
    listen()
    await logs('a')
    server.dropAll()
    await new Promise(resolve => setTimeout(resolve, 5))
    function Price() {
      const { data, status } = useSubscription(market, { type: 'price', params: { symbol: 'BTC' } })
      return <p>{`${status} ${String(data)}`}</p>
    }
    render(
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider client={client}>
          <Price />
        </RealtimeProvider>
      </QueryClientProvider>,
    )
    await screen.findByText('success a', undefined)
  })

  test('a listener that starts during an outage gets the last response once the server says that it is current', async () => {
    const { server, log, logs, sent, listen } = await setUp({
      recovery: {
        cursor: ({ seq }) => (seq === undefined ? undefined : { seq }),
        perSubscription: true,
      },
    })
    server.respond.subscribed = (_key, { cursor }, send) =>
      send(cursor ? { seq: 1 } : { response: 'a', seq: 1 })
    listen('first ')
    await logs('first a')
    server.dropAll()
    await new Promise(resolve => setTimeout(resolve, 5))
    listen('second ')
    await sent('+BTC', '+BTC')
    await waitFor(() => expect(log).toEqual(['first a', 'second a']))
  })

  test('calls its listener with each message, and unsubscribes closeDelay after the last listener has left', async () => {
    const { server, client, market, sent } = await setUp()
    const heard: unknown[] = []
    const { subscribe } = client
    const stop = subscribe(market, { type: 'price', params: { symbol: 'BTC' } }, (response, message) =>
      heard.push([response, message.type, message.params]),
    )
    await sent('+BTC')
    server.publish('BTC', 1)
    server.publish('BTC', 2)
    const at = ['price', { symbol: 'BTC' }]
    await waitFor(() =>
      expect(heard).toEqual([
        [1, ...at],
        [2, ...at],
      ]),
    )
    stop()
    stop()
    server.publish('BTC', 3)
    await sent('+BTC', '-BTC')
    expect(heard).toHaveLength(2)
    await waitFor(() => expect(server.sockets[0]?.readyState).toBe(WebSocket.CLOSED))
  })

  test('a second listener shares the subscription and gets the last response first', async () => {
    const { server, log, logs, sent, listen } = await setUp()
    server.values.set('BTC', 1)
    const a = listen('a')
    await logs('a1')
    const b = listen('b')
    expect(log).toEqual(['a1'])
    await logs('a1', 'b1')
    server.publish('BTC', 2)
    await logs('a1', 'b1', 'a2', 'b2')
    a()
    await pass(60)
    server.publish('BTC', 3)
    await logs('a1', 'b1', 'a2', 'b2', 'b3')
    b()
    await sent('+BTC', '-BTC')
  })

  test('a listener shares the subscription of a component and gets the last response first', async () => {
    const { render, server, market, Price, shows } = await openMarket()
    let listenAgain!: (listener: (response: unknown) => void) => () => void
    function Grab() {
      const client = useRealtimeClient()
      listenAgain = listener =>
        client.subscribe(market, { type: 'price', params: { symbol: 'BTC' } }, listener)
      return null
    }
    server.values.set('BTC', 1)
    render([<Price key="p" symbol="BTC" />, <Grab key="g" />])
    await shows('BTC', '1')
    const heard: unknown[] = []
    const stop = listenAgain(response => heard.push(response))
    await waitFor(() => expect(heard).toEqual([1]))
    expect(server.frames).toEqual(['+BTC'])
    stop()
  })

  test('with a handler for the type, a second listener gets only later messages, because messages may be changes', async () => {
    const { server, logs, listen } = await setUp({ on: { price: () => {} } })
    server.values.set('BTC', 1)
    listen('a')
    await logs('a1')
    listen('b')
    await pass(30)
    server.publish('BTC', 2)
    await logs('a1', 'a2', 'b2')
  })

  test('its messages pass their schema and reach handlers and the cache like all others', async () => {
    const price = z.number().transform(last => `${last} €`)
    const { server, client, market, queryClient, logs, listen } = await setUp({ messages: { price } })
    allowConsole(/schema/)
    queryClient.setQueryData(['price', { symbol: 'BTC' }], 'old')
    listen()
    await waitFor(() => expect(server.holds()).toEqual(['BTC']))
    server.publish('BTC', 'wrong')
    server.publish('BTC', 1)
    await logs('1 €')
    await waitFor(() => expect(queryClient.getQueryData(['price', { symbol: 'BTC' }])).toBe('1 €'))
    expect(client.send(market, 'hello')).toBe(true)
  })

  test('reports a refusal to onError, and subscribes again for a new listener', async () => {
    const { server, log, logs, sent, listen } = await setUp()
    server.respond.subscribed = (_key, _frame, send) => send({ error: 'no' })
    listen('a')
    await logs('aRequestError')
    await pass(60)
    expect(server.frames).toEqual(['+BTC'])
    server.respond.subscribed = (_key, _frame, send) => send({ response: 5 })
    listen('b')
    await waitFor(() => expect([...log].sort()).toEqual(['a5', 'aRequestError', 'b5']))
    await sent('+BTC', '+BTC')
  })

  test('reports a refusal without an onError', async () => {
    const { server, client, market, events } = await setUp()
    server.respond.subscribed = (_key, _frame, send) => send({ error: 'no' })
    allowConsole(/handler/)
    client.subscribe(market, { type: 'price', params: { symbol: 'BTC' } }, () => {})
    await waitFor(() =>
      expect(events).toContainEqual(
        expect.objectContaining({ kind: 'handler-error', type: 'price', error: expect.any(RequestError) }),
      ),
    )
  })

  test('calls onComplete after the last data, also for a later listener', async () => {
    const { server, logs, listen } = await setUp()
    listen('a')
    await waitFor(() => expect(server.holds()).toEqual(['BTC']))
    server.say('BTC', { response: 9, isLast: true })
    await logs('a9', 'acomplete')
    listen('b')
    await logs('a9', 'acomplete', 'b9', 'bcomplete')
    expect(server.frames).toEqual(['+BTC'])
  })

  test('reports a failed connection to onError, and continues after a reconnect', async () => {
    const { server, logs, listen, sent } = await setUp()
    allowConsole(/react-query-realtime/)
    server.values.set('BTC', 1)
    listen()
    await logs('1')
    server.sockets[0]?.close(4403)
    await logs('1', 'ConnectionFailedError')
    server.values.set('BTC', 2)
    listen('late ', 'ETH')
    await logs('1', 'ConnectionFailedError', 'late ConnectionFailedError')
    await sent('+BTC')
  })

  test('subscribes again after a drop', async () => {
    const { server, logs, listen } = await setUp()
    server.values.set('BTC', 1)
    listen()
    await logs('1')
    server.values.set('BTC', 2)
    server.dropAll()
    await logs('1', '2')
  })

  test('a listener that throws or rejects is reported, and harms no other', async () => {
    const { server, client, market, events, logs, listen } = await setUp()
    allowConsole(/handler/)
    const bad: (() => unknown)[] = [
      () => {
        throw new Error('thrown')
      },
      () => Promise.reject(new Error('rejected')),
    ]
    for (const listener of bad)
      client.subscribe(market, { type: 'price', params: { symbol: 'BTC' } }, listener)
    listen()
    await waitFor(() => expect(server.holds()).toEqual(['BTC']))
    server.publish('BTC', 1)
    await logs('1')
    const errors = events.flatMap(event => (event.kind === 'handler-error' ? [String(event.error)] : []))
    expect(errors.sort()).toEqual(['Error: rejected', 'Error: thrown'])
  })

  test('its listener gets nothing after dispose()', async () => {
    const { server, client, log, listen } = await setUp()
    server.values.set('BTC', 1)
    listen()
    await waitFor(() => expect(log).toEqual(['1']))
    client.dispose()
    server.publish('BTC', 2)
    await pass(50)
    expect(log).toEqual(['1'])
  })
})

describe('client.subscriptionOptions', () => {
  test('a loader and a page with useSubscription subscribe once, over one socket', async () => {
    const { render, server, market, queryClient, Price, shows } = await openMarket({}, { closeDelay: 300 })
    let load!: () => Promise<unknown>
    function Loader() {
      const client = useRealtimeClient()
      const options = client.subscriptionOptions(market, { type: 'price', params: { symbol: 'BTC' } })
      const fetch: (given: never) => Promise<unknown> = queryClient['fetchQuery' as LoaderMethod]
      load = () => fetch.call(queryClient, options as never)
      return null
    }
    server.values.set('BTC', 1)
    const view = render(<Loader />)
    expect(await load()).toBe(1)
    view.rerender([<Loader key="l" />, <Price key="p" symbol="BTC" />])
    expect(screen.getByTitle('BTC').textContent).toBe('1')
    await pass(500)
    server.publish('BTC', 2)
    await shows('BTC', '2')
    expect([server.sockets.length, server.frames]).toEqual([1, ['+BTC']])
  })

  test('a component that reads it with useQuery is subscribed while it is mounted', async () => {
    const { render, server, market, shows, sent } = await openMarket()
    function Plain() {
      const client = useRealtimeClient()
      const { data } = useQuery(
        client.subscriptionOptions(market, { type: 'price', params: { symbol: 'BTC' } }),
      )
      return <b title="BTC">{String(data)}</b>
    }
    server.values.set('BTC', 1)
    const view = render(<Plain />)
    await shows('BTC', '1')
    server.publish('BTC', 2)
    await shows('BTC', '2')
    server.values.set('BTC', 3)
    server.dropAll()
    await shows('BTC', '3')
    await sent('+BTC', '+BTC')
    view.rerender(null)
    await sent('+BTC', '+BTC', '-BTC')
  })
})
