import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen, waitFor } from '@testing-library/react'
import { StrictMode, useEffect } from 'react'
import { renderToString } from 'react-dom/server'
import {
  ConfigurationError,
  ConnectionLostError,
  RealtimeClient,
  RealtimeProvider,
  RequestError,
  useMessage,
  usePolling,
  useRealtime,
  useRealtimeClient,
  useSocket,
  useSocketQuery,
} from 'react-query-realtime'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { allowConsole } from '../support/consoleGuard.ts'
import { textsIn } from '../support/everythingVisible.ts'
import { startServer } from '../support/httpServer.ts'
import { pass } from '../support/setUpFaults.tsx'
import { setUpClient } from '../support/setUpClient.tsx'

interface Quote {
  last: number
}

const BTC = { type: 'price', params: { symbol: 'BTC' } }

describe('client.send', () => {
  test('opens a connection for what it sends, and closes it after closeDelay', async () => {
    const { client, market, server, closes } = await setUpClient()
    expect(client.send(market, { type: 'wave' })).toBe(true)
    await waitFor(() => expect(server.sent).toEqual([{ type: 'wave' }]))
    await closes()
  })

  test('keeps the connection until it has opened, however short closeDelay is', async () => {
    const { client, market, server, closes } = await setUpClient({ closeDelay: 1 })
    server.upgrade = 503
    client.send(market, { type: 'first' })
    client.send(market, { type: 'second' })
    await waitFor(() => expect(server.requests.length).toBeGreaterThan(2))
    server.upgrade = 'accept'
    await waitFor(() => expect(server.sent).toEqual([{ type: 'first' }, { type: 'second' }]))
    await closes()
  })

  test('gives up after queue.ttl', async () => {
    const { client, market, server } = await setUpClient({ closeDelay: 1 }, { queue: { ttl: 50 } })
    server.upgrade = 503
    client.send(market, { type: 'late' })
    await waitFor(() => expect(server.requests.length).toBeGreaterThan(0))
    await pass(300)
    const { length } = server.requests
    await pass(400)
    expect(server.requests).toHaveLength(length)
  })

  test('returns false if the queue is full, and throws for what cannot be sent', async () => {
    const { client, market, closes } = await setUpClient({ closeDelay: 1 }, { queue: { limit: 0 } })
    allowConsole(/the send queue is full/)
    expect(client.send(market, { type: 'wave' })).toBe(false)
    expect(() => client.send(market, undefined)).toThrow(ConfigurationError)
    await client.request(market, BTC)
    await closes()
  })

  test('returns false for a socket that is not enabled', async () => {
    const { client, market, server } = await setUpClient()
    expect(client.send({ ...market, enabled: false }, { type: 'wave' })).toBe(false)
    await pass(50)
    expect(server.requests).toEqual([])
  })
})

describe('client.request', () => {
  test('resolves with the response, over one socket for all calls', async () => {
    const { client, market, server, closes } = await setUpClient()
    server.set('BTC', 7)
    const { request } = client
    expect(await Promise.all([request(market, BTC), request(market, BTC)])).toEqual([
      { last: 7 },
      { last: 7 },
    ])
    expect(server.sockets).toHaveLength(1)
    await closes()
  })

  test('checks the response by its schema, without any component', async () => {
    const price = z.object({ last: z.number().transform(last => `${last} €`) })
    const { client, market, server } = await setUpClient({}, { messages: { price } })
    server.set('BTC', 7)
    expect(await client.request(market, BTC)).toEqual({ last: '7 €' })
  })

  test('rejects if the server refuses, after its timeout, and with the reason of its signal', async () => {
    const { client, market, server, closes } = await setUpClient()
    server.answers = false
    const refused = client.request(market, BTC)
    await waitFor(() => expect(server.asked).toHaveLength(1))
    server.push({ ...BTC, error: 'closed' })
    await expect(refused).rejects.toThrow(RequestError)
    await expect(client.request(market, BTC, { timeout: 30 })).rejects.toThrow('within 30 ms')
    const controller = new AbortController()
    const aborted = client.request(market, BTC, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    await closes()
  })

  test('rejects for a socket that is not enabled', async () => {
    const { client, market } = await setUpClient()
    await expect(client.request({ ...market, enabled: false }, BTC)).rejects.toThrow(ConnectionLostError)
  })

  test('shares the connection of a component, and the options of components apply', async () => {
    const { client, market, server, render } = await setUpClient()
    const heard: string[] = []
    function Listener() {
      useSocket({ ...market, onMessage: ({ type }) => heard.push(type) })
      const { data } = useMessage('price', { symbol: 'BTC' })
      return <b title="BTC">{(data as Quote | undefined)?.last ?? 'nothing'}</b>
    }
    render(<Listener />)
    await client.request(market, BTC)
    await client.request(market, BTC)
    await pass(20)
    expect([server.sockets.length, heard]).toEqual([1, ['price', 'price']])
    expect(screen.getByTitle('BTC').textContent).toBe('0')
  })
})

describe('<RealtimeProvider client>', () => {
  test('two providers with one client share its connections, which outlive one of them', async () => {
    const { client, market, server, queryClient, closes } = await setUpClient({ closeDelay: 100 })
    function Price({ title }: { title: string }) {
      const { data } = useSocketQuery(market, BTC)
      return <b title={title}>{(data as Quote | undefined)?.last ?? 'nothing'}</b>
    }
    const widget = (title: string) => (
      <StrictMode>
        <QueryClientProvider client={queryClient}>
          <RealtimeProvider client={client}>
            <Price title={title} />
          </RealtimeProvider>
        </QueryClientProvider>
      </StrictMode>
    )
    const shows = (title: string, text: string) =>
      waitFor(() => expect(screen.getByTitle(title).textContent).toBe(text))
    const a = render(widget('a'))
    const b = render(widget('b'))
    await shows('a', '0')
    await shows('b', '0')
    expect([server.sockets.length, server.asked]).toEqual([1, ['BTC']])
    a.unmount()
    await pass(200)
    server.set('BTC', 4)
    await shows('b', '4')
    b.unmount()
    await closes()
    expect(await client.request(market, BTC)).toEqual({ last: 4 })
  })

  test('refuses other options, another QueryClient, and objects that are not a RealtimeClient', () => {
    const silence = vi.spyOn(console, 'error').mockImplementation(() => {})
    const queryClient = new QueryClient()
    const client = new RealtimeClient({ queryClient })
    const show = (props: object, cache = queryClient) =>
      renderToString(
        <QueryClientProvider client={cache}>
          <RealtimeProvider {...props} />
        </QueryClientProvider>,
      )
    expect(show({ client, baseUrl: undefined })).toBe('')
    const refused = [
      () => show({ client, baseUrl: 'https://api.test' }),
      () => show({ client }, new QueryClient()),
      () => show({ client: {} }),
    ]
    const errors = refused.map(call => {
      expect(call).toThrow(ConfigurationError)
      try {
        return call()
      } catch (error) {
        return (error as Error).message.split('. ')[0]
      }
    })
    expect(errors).toEqual([
      'A "client" has its own options',
      '"client" is not a RealtimeClient of this QueryClient',
      '"client" is not a RealtimeClient of this QueryClient',
    ])
    silence.mockRestore()
  })

  test('a client checks its options', () => {
    const queryClient = new QueryClient()
    expect(() => new RealtimeClient({ queryClient, closeDelay: -1 })).toThrow('closeDelay')
    expect(() => new RealtimeClient({ queryClient, trustedOrigins: ['here'] })).toThrow(ConfigurationError)
    expect(() => new RealtimeClient({} as never)).toThrow('queryClient')
  })
})

describe('useRealtimeClient', () => {
  test('is the client of the provider, the same at each render, and useRealtime has it as well', async () => {
    const { client, render: show } = await setUpClient()
    const seen = new Set<RealtimeClient>()
    function Panel() {
      const realtime = useRealtimeClient()
      const { client: shown } = useRealtime()
      useEffect(() => void seen.add(realtime).add(shown))
      return null
    }
    show(<Panel />)
    expect([...seen]).toEqual([client])
    seen.clear()
    const page = (count: number) => (
      <StrictMode>
        <QueryClientProvider client={new QueryClient()}>
          <RealtimeProvider closeDelay={count}>
            <Panel />
          </RealtimeProvider>
        </QueryClientProvider>
      </StrictMode>
    )
    const view = render(page(1))
    view.rerender(page(2))
    expect(seen.size).toBe(1)
    expect([...seen][0]).toBeInstanceOf(RealtimeClient)
  })

  test('follows the options of its provider, and refuses calls after that has unmounted', async () => {
    const { market, server } = await setUpClient()
    const queryClient = new QueryClient()
    let client!: RealtimeClient
    function Panel() {
      const realtime = useRealtimeClient()
      useEffect(() => void (client = realtime))
      return null
    }
    const events: string[] = []
    const page = (name: string) => (
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider onEvent={({ kind }) => events.push(`${name} ${kind}`)}>
          <Panel />
        </RealtimeProvider>
      </QueryClientProvider>
    )
    const view = render(page('a'))
    view.rerender(page('b'))
    await client.request(market, BTC)
    expect(new Set(events)).toEqual(new Set(['b status']))
    view.unmount()
    await pass(0)
    expect(() => client.send(market, 'late')).toThrow(ConnectionLostError)
    expect(() => client.subscribe(market, BTC, () => {})).toThrow(ConnectionLostError)
    await expect(client.request(market, BTC)).rejects.toThrow('The RealtimeProvider has unmounted.')
    await waitFor(() => expect(server.sockets[0]?.readyState).toBe(WebSocket.CLOSED))
    expect(server.sockets).toHaveLength(1)
  })
})

describe('after client.dispose()', () => {
  async function setUpDisposed() {
    const page = await setUpClient()
    const { market, render: show } = page
    const polled = await startServer(response => response.end('1'))
    let socket!: ReturnType<typeof useSocket>
    function Everything() {
      const used = useSocket(market)
      useEffect(() => void (socket = used))
      const query = useSocketQuery(market, BTC)
      const poll = usePolling({ url: polled.url, interval: 20, retry: false })
      return (
        <>
          <i role="status">{used.status}</i>
          <b title="error">{query.error?.name ?? 'none'}</b>
          <b title="poll">{poll.error?.name ?? 'none'}</b>
        </>
      )
    }
    const view = show(<Everything />)
    await screen.findByText('open')
    await waitFor(() => expect(polled.requests.length).toBeGreaterThan(1))
    return { ...page, view, Everything, polled, socket: () => socket }
  }

  test('everything is closed, and calls fail with an error that says why', async () => {
    const { client, market, price, load, closes } = await setUpDisposed()
    client.dispose()
    client.dispose()
    await closes()
    expect(() => client.send(market, 'late')).toThrow(ConfigurationError)
    expect(() => client.subscribe(market, BTC, () => {})).toThrow(ConfigurationError)
    await expect(client.request(market, BTC)).rejects.toThrow('The RealtimeClient was disposed.')
    await expect(load(price('ETH'))).rejects.toThrow(ConfigurationError)
  })

  test('nothing that is mounted connects or polls again, whatever the page does', async () => {
    const { client, market, server, polled, view, Everything, socket, shows, closes } = await setUpDisposed()
    act(() => client.dispose())
    await closes()
    const { length } = server.requests
    await shows('poll', 'ConfigurationError')
    const polls = polled.requests.length
    act(() => socket().reconnect())
    expect(socket().send('late')).toBe(false)
    await expect(socket().request(BTC)).rejects.toThrow()
    function Reconnect() {
      const { reconnectAll } = useRealtime()
      useEffect(reconnectAll, [reconnectAll])
      return <i>{useSocketQuery(market, { type: 'price', params: { symbol: 'XRP' } }).error?.name}</i>
    }
    view.rerender([<Everything key="new" />, <Reconnect key="r" />])
    await screen.findByText('ConfigurationError', { selector: 'i' })
    await pass(100)
    expect([server.requests.length, polled.requests.length]).toEqual([length, polls])
    expect(screen.getByRole('status').textContent).toBe('idle')
  })

  test('pending requests reject, and late replies are not written', async () => {
    const { client, market, server, queryClient } = await setUpClient({}, { messages: { note: z.string() } })
    server.answers = false
    const request = client.request(market, BTC)
    await waitFor(() => expect(server.asked).toHaveLength(1))
    server.push({ type: 'note', response: 'late' })
    client.dispose()
    await expect(request).rejects.toThrow(ConnectionLostError)
    await pass(50)
    expect(queryClient.getQueryData(['note'])).toBeUndefined()
  })

  test('a new client takes its place in the provider, with a socket of its own', async () => {
    const { client, market, server, queryClient } = await setUpClient()
    const next = new RealtimeClient({ queryClient })
    const Light = () => <i role="status">{useSocket(market).status}</i>
    const page = (current: RealtimeClient) => (
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider client={current}>
          <Light />
        </RealtimeProvider>
      </QueryClientProvider>
    )
    const view = render(page(client))
    await screen.findByText('open')
    client.dispose()
    view.rerender(page(next))
    await waitFor(() => expect(server.sockets).toHaveLength(2))
    await screen.findByText('open')
    next.dispose()
  })
})

test('no token can be seen in a client, its props or its errors', async () => {
  const token = 'marked-token'
  const { client, market, render: show, price, load } = await setUpClient({ getToken: () => token })
  await load(price('BTC'))
  await client.request(market, BTC)
  function Panel() {
    const realtime = useRealtimeClient()
    return <p>{textsIn([realtime, client, price('BTC')]).join(' ')}</p>
  }
  const { container } = show(<Panel />)
  expect(container.textContent).not.toContain(token)
  client.dispose()
  const error: unknown = await client.request(market, BTC).catch((reason: unknown) => reason)
  expect(textsIn([client, error]).join()).not.toContain(token)
})
