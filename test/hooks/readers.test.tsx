import {
  HydrationBoundary,
  onlineManager,
  QueryClient,
  dehydrate,
  skipToken,
  useQuery,
} from '@tanstack/react-query'
import { act, screen, waitFor } from '@testing-library/react'
import { type ReactNode, StrictMode, useEffect, useState } from 'react'
import {
  append,
  type CacheWriter,
  type Message,
  type RealtimeOptions,
  socketOptions,
  type SocketOptions,
  useMessage,
  useSocket,
  useSocketQuery,
} from 'react-query-realtime'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startQuoteServer } from '../support/quoteServer.ts'
import { pass } from '../support/setUpFaults.tsx'
import { setUpRealtime } from '../support/setUpRealtime.tsx'

const open = setUpRealtime()

type Quote = { last: number }

async function setup(options: RealtimeOptions = {}, more: Partial<SocketOptions> = {}) {
  const server = await startQuoteServer()
  const page = await open({ trustedOrigins: [server.url], ...options })
  const market = socketOptions({ url: server.url, ...(more as object) })

  function Price({ symbol = 'BTC', ...query }: { symbol?: string; staleTime?: number; gcTime?: number }) {
    const { send } = useSocket(market)
    const { data, fetchStatus } = useSocketQuery(market, { type: 'price', params: { symbol }, ...query })
    // The page tells a server that sends only what is read what it no longer reads.
    useEffect(() => () => void send({ type: 'leave', params: { symbol } }), [send, symbol])
    return (
      <b title={symbol} data-fetch={fetchStatus}>
        {(data as Quote | undefined)?.last ?? 'nothing'}
      </b>
    )
  }
  function Light() {
    return <i role="status">{useSocket(market).status}</i>
  }
  const isOpen = () => waitFor(() => expect(screen.getByRole('status').textContent).toBe('open'))
  const shows = (text: string | number, symbol = 'BTC') =>
    waitFor(() => expect(screen.getByTitle(symbol).textContent).toBe(String(text)))
  return { ...page, server, market, Price, Light, isOpen, shows }
}

describe('data that had no reader counts as stale:', () => {
  test('hydrated data is shown immediately, and requested once when the connection opens', async () => {
    const { render, server, Price, shows } = await setup()
    server.set('BTC', 2)
    const seed = new QueryClient()
    seed.setQueryData(['price', { symbol: 'BTC' }], { last: 1 })
    render(
      <HydrationBoundary state={dehydrate(seed)}>
        <Price />
      </HydrationBoundary>,
    )
    expect(screen.getByTitle('BTC').textContent).toBe('1')
    await shows(2)
    await pass(100)
    expect(server.asked).toEqual(['BTC'])
  })

  test('seeded data is requested once, then pushes keep it current', async () => {
    const { render, server, Price, shows, queryClient } = await setup()
    server.set('BTC', 2)
    queryClient.setQueryData(['price', { symbol: 'BTC' }], { last: 1 })
    render([<Price key="a" />, <Price key="b" symbol="ETH" />])
    await shows(2)
    server.set('BTC', 3)
    await shows(3)
    expect(server.asked.filter(symbol => symbol === 'BTC')).toHaveLength(1)
  })

  test('a type without a schema is requested again after a gap, even if it was hydrated', async () => {
    const { render, server, Price, shows, queryClient } = await setup()
    queryClient.setQueryData(['price', { symbol: 'BTC' }], { last: 1 })
    render(<Price staleTime={Infinity} />)
    await waitFor(() => expect(server.sockets).toHaveLength(1))
    await pass(50)
    server.set('BTC', 5)
    server.sockets[0]?.terminate()
    await shows(5)
  })

  test('a component that remounts in a later task shows its cached data and requests it once', async () => {
    const { render, server, Price, Light, shows } = await setup()
    const view = render([<Light key="l" />, <Price key="a" />])
    await shows(0)
    view.rerender([<Light key="l" />])
    await waitFor(() => expect(server.sent).toEqual([{ type: 'leave', params: { symbol: 'BTC' } }]))
    server.set('BTC', 7)
    view.rerender([<Light key="l" />, <Price key="a" />])
    expect(screen.getByTitle('BTC').textContent).toBe('0')
    await shows(7)
    await pass(100)
    expect(server.asked).toEqual(['BTC', 'BTC'])
  })

  test('a push for a component that left does not stay over the response for the next one', async () => {
    const { render, server, Price, Light, shows } = await setup()
    const view = render([<Light key="l" />, <Price key="a" />])
    await shows(0)
    view.rerender([<Light key="l" />])
    await waitFor(() => expect(server.sent).toHaveLength(1))
    server.set('BTC', 2)
    // It left the server before the request for the next component arrived there.
    server.beforeReply = () =>
      server.push({ type: 'price', params: { symbol: 'BTC' }, response: { last: 1 } })
    view.rerender([<Light key="l" />, <Price key="a" />])
    await waitFor(() => expect(server.asked.length).toBeGreaterThan(1))
    server.beforeReply = () => {}
    await shows(2)
    await pass(100)
    await shows(2)
    expect(server.asked).toEqual(['BTC', 'BTC'])
  })

  test('a component that takes over in the same commit requests nothing', async () => {
    const { render, server, Price, Light, shows } = await setup()
    const view = render([<Light key="l" />, <Price key="a" />])
    await shows(0)
    view.rerender([<Light key="l" />, <Price key="b" />])
    await pass(100)
    expect(server.asked).toEqual(['BTC'])
  })

  test('changing the params to a key without a reader requests it', async () => {
    const { render, server, Price, shows } = await setup()
    const view = render(<Price />)
    await shows(0)
    view.rerender(<Price symbol="ETH" />)
    await shows(0, 'ETH')
    await pass(50)
    server.set('BTC', 9)
    view.rerender(<Price />)
    await shows(9)
    expect(server.asked).toEqual(['BTC', 'ETH', 'BTC'])
  })

  test('one late push does not make a key without a reader fresh', async () => {
    const { render, server, Price, Light, shows, queryClient } = await setup(
      {},
      {
        messages: {},
      },
    )
    const view = render([<Light key="l" />, <Price key="a" />])
    await shows(0)
    view.rerender([<Light key="l" />])
    await pass(50)
    server.push({ type: 'price', params: { symbol: 'BTC' }, response: { last: 1 } })
    await waitFor(() => expect(queryClient.getQueryData(['price', { symbol: 'BTC' }])).toEqual({ last: 1 }))
    server.set('BTC', 2)
    view.rerender([<Light key="l" />, <Price key="a" />])
    await shows(2)
  })

  test('one late push of a declared type does not make a key with `gcTime: 0` fresh', async () => {
    const { anything } = await import('../support/schemas.ts')
    const { render, server, Price, Light, shows, queryClient } = await setup(
      {},
      {
        messages: { price: anything },
      },
    )
    const view = render([<Light key="l" />, <Price key="a" gcTime={0} />])
    await shows(0)
    view.rerender([<Light key="l" />])
    await pass(50)
    server.push({ type: 'price', params: { symbol: 'BTC' }, response: { last: 1 } })
    await waitFor(() => expect(queryClient.getQueryData(['price', { symbol: 'BTC' }])).toEqual({ last: 1 }))
    server.set('BTC', 2)
    view.rerender([<Light key="l" />, <Price key="a" gcTime={0} />])
    await shows(2)
  })

  test('all widgets request again after a route change within the close delay', async () => {
    const { render, server, Price, shows } = await setup({ closeDelay: 5_000 })
    const symbols = Array.from({ length: 30 }, (_, index) => `S${index}`)
    const widgets = symbols.map(symbol => <Price key={symbol} symbol={symbol} />)
    const view = render(widgets)
    await shows(0, 'S29')
    view.rerender(<p>Another route</p>)
    await pass(50)
    for (const symbol of symbols) server.set(symbol, 8)
    view.rerender(widgets)
    for (const symbol of symbols) await shows(8, symbol)
    expect([server.sockets.length, server.asked.length]).toEqual([1, 60])
  })

  test('an explicit `staleTime` wins, even after the connection has closed', async () => {
    const { render, server, Price, shows } = await setup()
    const view = render(<Price staleTime={60_000} />)
    await shows(0)
    view.rerender(null)
    await waitFor(() => expect(server.sockets[0]?.readyState).toBe(3))
    view.rerender(<Price staleTime={60_000} />)
    await waitFor(() => expect(server.sockets).toHaveLength(2))
    await pass(100)
    expect(server.asked).toEqual(['BTC'])
  })

  test('a `staleTime` in the query defaults of the key wins, too', async () => {
    const { render, server, Price, shows, queryClient } = await setup()
    queryClient.setQueryDefaults(['price'], { staleTime: 60_000 })
    const view = render(<Price />)
    await shows(0)
    view.rerender(null)
    await pass(100)
    view.rerender(<Price />)
    await pass(100)
    expect(server.asked).toEqual(['BTC'])
  })

  test('data whose request failed before the connection opened is requested when it opens', async () => {
    const { render, server, market, shows } = await setup()
    server.upgrade = 'hang'
    function Impatient() {
      const { data } = useSocketQuery(market, {
        type: 'price',
        params: { symbol: 'BTC' },
        timeout: 50,
        retry: false,
      })
      return <b title="BTC">{(data as Quote | undefined)?.last ?? 'nothing'}</b>
    }
    render(<Impatient />)
    await pass(150)
    server.upgrade = 'accept'
    void act(() => window.dispatchEvent(new Event('online')))
    await shows(0)
  })

  test.each<[rule: string, first: number, asked: string[]]>([
    ['data is not requested if the stream continues at its position', 3, []],
    ['data is requested if messages are missing after its position', 5, ['BTC', 'ETH']],
  ])('%s', async (_rule, first, asked) => {
    const { server, market, render, queryClient } = await setup({ gapSpread: 0 })
    const at = (seq: number) => ({ epoch: 'e', seq })
    const log = socketOptions({
      ...market,
      liveQueries: [{ queryKey: ['price'], position: (data: { seq: number }) => at(data.seq) }],
      recovery: {
        cursor: message => (message.seq === undefined ? undefined : at(message.seq)),
        attach: request => request,
      },
    })
    const started = new Promise<void>(resolve => {
      queryClient.setQueryData(['price', { symbol: 'BTC' }], { last: 1, seq: 4 })
      queryClient.setQueryData(['price', { symbol: 'ETH' }], { last: 1, seq: 2 })
      resolve()
    })
    await started
    function Both() {
      const btc = useSocketQuery(log, { type: 'price', params: { symbol: 'BTC' } })
      const eth = useSocketQuery(log, { type: 'price', params: { symbol: 'ETH' } })
      return <p>{`${btc.status} ${eth.status}`}</p>
    }
    render(<Both />)
    await waitFor(() => expect(server.sockets).toHaveLength(1))
    await pass(50)
    expect(server.asked).toEqual([])
    // The stream was requested from 2 on, the position of ETH's data.
    server.push({ type: 'other', response: 1, epoch: 'e', seq: first })
    await pass(300)
    expect(server.asked.sort()).toEqual(asked)
  })
})

describe('a list that handlers keep current', () => {
  async function setUpRoom(isShared: boolean) {
    const world = await setup()
    const said: string[] = []
    const room = socketOptions({
      url: world.server.url,
      on: {
        said: ({ response }, cache) =>
          cache.setQueryData(['room', 1, 'messages'], append(response as string)),
      },
    })
    const fetched = vi.fn(() => [...said])
    function Room() {
      useSocket(room)
      const { data = [] } = useQuery({
        queryKey: ['room', 1, 'messages'],
        queryFn: fetched,
        staleTime: Infinity,
      })
      return <p>{`said: ${data.join()}`}</p>
    }
    const say = (text: string) => {
      said.push(text)
      world.server.push({ type: 'said', params: null, response: text })
    }
    const layout = (children: ReactNode) => (
      <div>
        {isShared && <world.Light />}
        {children}
      </div>
    )
    return { ...world, Room, say, said, layout, fetched }
  }

  test.each([
    ['while another component holds the connection', true],
    ['while the connection closes', false],
  ])('has the updates that came after its page unmounted, %s', async (_, isShared) => {
    const { render, layout, Room, say, server } = await setUpRoom(isShared)
    const view = render(layout(<Room />))
    await waitFor(() => expect(server.sockets).toHaveLength(1))
    await screen.findByText('said:')
    await pass(50)
    say('a')
    await screen.findByText('said: a')
    view.rerender(layout(null))
    await pass(200)
    say('b')
    await pass(50)
    view.rerender(layout(<Room />))
    await screen.findByText('said: a,b')
  })

  describe('of one room at a time', () => {
    async function setUpRooms(isInLayout: boolean) {
      const world = await setup()
      const said: Record<string, string[]> = { a: [], b: [] }
      const joined = new Set<string>()
      const on = {
        said: ({ params, response }: Message, cache: CacheWriter) =>
          cache.setQueryData(['room', (params as { room: string }).room], append(response as string)),
      }
      function Room({ id }: { id: string }) {
        useSocket({ url: world.server.url, ...(!isInLayout && { on }) })
        // The server sends a room's messages only to its members.
        useEffect(() => {
          joined.add(id)
          return () => void joined.delete(id)
        }, [id])
        const { data = [] } = useQuery({
          queryKey: ['room', id],
          queryFn: () => [...(said[id] ?? [])],
          staleTime: Infinity,
        })
        return <p>{`${id}: ${data.join()}`}</p>
      }
      function Layout({ room }: { room: string | undefined }) {
        useSocket({ url: world.server.url, ...(isInLayout && { on }) })
        return room && <Room key={room} id={room} />
      }
      const say = (room: string, text: string) => {
        said[room]?.push(text)
        if (joined.has(room)) world.server.push({ type: 'said', params: { room }, response: text })
      }
      const view = world.render(<Layout room={undefined} />)
      await waitFor(() => expect(world.server.sockets).toHaveLength(1))
      await pass(50)
      return { show: (room?: string) => view.rerender(<Layout room={room} />), say }
    }

    const places = [
      ['in the room', false],
      ['in the layout', true],
    ] as const

    test.each(places)(
      'has the messages of a room that arrived while another was shown, with the handler %s',
      async (_, isInLayout) => {
        const { show, say } = await setUpRooms(isInLayout)
        show('a')
        await screen.findByText('a:')
        say('a', '1')
        await screen.findByText('a: 1')
        show('b')
        await screen.findByText('b:')
        say('a', '2')
        show('a')
        await screen.findByText('a: 1,2')
      },
    )

    test.each(places)(
      'has the messages that arrived while no room was shown, with the handler %s',
      async (_, isInLayout) => {
        const { show, say } = await setUpRooms(isInLayout)
        show('a')
        await screen.findByText('a:')
        say('a', '1')
        await screen.findByText('a: 1')
        show()
        await pass(50)
        say('a', '2')
        show('a')
        await screen.findByText('a: 1,2')
      },
    )

    test.each(places)(
      'has the messages of a quiet room after its next message, with the handler %s',
      async (_, isInLayout) => {
        const { show, say } = await setUpRooms(isInLayout)
        show('a')
        await screen.findByText('a:')
        show('b')
        await screen.findByText('b:')
        say('a', '1')
        show('a')
        await pass(50)
        say('a', '2')
        await screen.findByText('a: 1,2')
      },
    )
  })

  test('is refetched once with the first message if its data is older than the connection', async () => {
    const { render, layout, Room, say, said, fetched, queryClient, isOpen } = await setUpRoom(true)
    queryClient.setQueryData(['room', 1, 'messages'], [], { updatedAt: Date.now() - 1_000 })
    said.push('a')
    render(layout(<Room />))
    await isOpen()
    say('b')
    await screen.findByText('said: a,b')
    say('c')
    await screen.findByText('said: a,b,c')
    await pass(50)
    expect(fetched).toHaveBeenCalledTimes(1)
  })

  test('is not refetched if it was fetched after the connection opened', async () => {
    const { render, layout, Room, say, fetched, isOpen } = await setUpRoom(true)
    render(layout(<Room />))
    await isOpen()
    say('a')
    await screen.findByText('said: a')
    await pass(100)
    expect(fetched).toHaveBeenCalledTimes(1)
  })
})

describe('after the cache was cleared under mounted readers', () => {
  const ways = [
    ['clear()', (client: QueryClient) => client.clear()],
    ['removeQueries()', (client: QueryClient) => client.removeQueries()],
    ['resetQueries()', (client: QueryClient) => void client.resetQueries()],
  ] as const

  function LastPrice() {
    const { data } = useMessage('price', { symbol: 'BTC' })
    return <b title="BTC">{(data as Quote | undefined)?.last ?? 'nothing'}</b>
  }

  test.each(ways)('useMessage shows the next message after %s', async (_, empty) => {
    const { render, Light, isOpen, server, shows, queryClient } = await setup()
    render([<Light key="l" />, <LastPrice key="p" />])
    await isOpen()
    const push = (last: number) =>
      server.push({ type: 'price', params: { symbol: 'BTC' }, response: { last } })
    push(1)
    await shows(1)
    empty(queryClient)
    push(2)
    await shows(2)
    push(3)
    await shows(3)
  })

  test.each(ways)('useSocketQuery requests again and stays live after %s', async (_, empty) => {
    const { render, server, Price, shows, queryClient } = await setup()
    render(<Price />)
    await shows(0)
    server.set('BTC', 1)
    await shows(1)
    empty(queryClient)
    await waitFor(() => expect(server.asked).toHaveLength(2))
    server.set('BTC', 2)
    await shows(2)
  })

  test.each(ways)('useSocketQuery gets its data if its first request was pending at %s', async (_, empty) => {
    const { render, server, Price, shows, queryClient } = await setup()
    server.answers = false
    render(<Price />)
    await waitFor(() => expect(server.asked).toHaveLength(1))
    server.answers = true
    empty(queryClient)
    await shows(0)
  })

  test.each(ways)(
    'useSocketQuery shows the next message after %s, even if the server never responds',
    async (_, empty) => {
      const { render, server, Price, shows, queryClient } = await setup()
      render(<Price />)
      await shows(0)
      server.answers = false
      empty(queryClient)
      await waitFor(() => expect(server.asked).toHaveLength(2))
      server.set('BTC', 4)
      await shows(4)
    },
  )
})

describe('a disabled useSocketQuery', () => {
  type Wanted = { isWanted: boolean }
  const variants = [
    ['enabled: false', ({ isWanted }: Wanted) => ({ enabled: isWanted, params: { symbol: 'BTC' } })],
    [
      'an enabled function',
      ({ isWanted }: Wanted) => ({ enabled: () => isWanted, params: { symbol: 'BTC' } }),
    ],
    ['skipToken as params', ({ isWanted }: Wanted) => ({ params: isWanted ? { symbol: 'BTC' } : skipToken })],
  ] as const

  test.each(variants)(
    'opens no socket, gets no token and sends nothing with %s, and starts when enabled',
    async (_, query) => {
      const getToken = vi.fn(() => 'token')
      const { render, server, market, shows } = await setup({ getToken })
      function Price({ isWanted }: Wanted) {
        const { data } = useSocketQuery(market, { type: 'price', ...query({ isWanted }) })
        return <b title="BTC">{(data as Quote | undefined)?.last ?? 'nothing'}</b>
      }
      const view = render(<Price isWanted={false} />)
      await pass(150)
      expect([server.requests.length, getToken.mock.calls.length]).toEqual([0, 0])
      view.rerender(<Price isWanted />)
      await shows(0)
      view.rerender(<Price isWanted={false} />)
      await waitFor(() => expect(server.sockets[0]?.readyState).toBe(3))
    },
  )

  test('skipToken instead of options opens no connection, in all pushing hooks', async () => {
    const { render, server, market } = await setup()
    const { useServerEvents, useLongPoll } = await import('react-query-realtime')
    function Skipped() {
      const all = [useSocket(skipToken), useServerEvents(skipToken), useLongPoll(skipToken)]
      const query = useSocketQuery(skipToken, { type: 'price', params: { symbol: 'BTC' } })
      return <p>{[...all.map(({ status }) => status), query.fetchStatus].join()}</p>
    }
    function Switched({ isOn }: { isOn: boolean }) {
      return <i role="status">{useSocket(isOn ? market : skipToken).status}</i>
    }
    const view = render([<Skipped key="s" />, <Switched key="w" isOn={false} />])
    await screen.findByText('idle,idle,idle,idle')
    await pass(50)
    expect(server.requests).toHaveLength(0)
    view.rerender([<Skipped key="s" />, <Switched key="w" isOn />])
    await screen.findByText('open')
  })

  test('starts when enabled, even if the connection had failed permanently', async () => {
    let isSignedIn = false
    const { UnauthorizedError } = await import('react-query-realtime')
    const { render, server, market, shows } = await setup({
      closeDelay: 60_000,
      getToken: () => {
        if (!isSignedIn) throw new UnauthorizedError()
        return 'token'
      },
    })
    function Price({ isWanted }: Wanted) {
      const { data, error } = useSocketQuery(market, {
        type: 'price',
        params: { symbol: 'BTC' },
        enabled: isWanted,
        retry: false,
      })
      return <b title="BTC">{error ? 'failed' : ((data as Quote | undefined)?.last ?? 'nothing')}</b>
    }
    const view = render(<Price isWanted />)
    await shows('failed')
    view.rerender(<Price isWanted={false} />)
    await pass(50)
    isSignedIn = true
    view.rerender(<Price isWanted />)
    await shows(0)
    expect(server.sockets).toHaveLength(1)
  })
})

describe('the first request', () => {
  test('is sent even if onlineManager reports offline', async () => {
    const { render, Price, Light, isOpen, shows } = await setup()
    const view = render(<Light />)
    await isOpen()
    onlineManager.setOnline(false)
    onTestFinished(() => onlineManager.setOnline(true))
    view.rerender([<Light key="l" />, <Price key="p" />])
    await shows(0)
  })

  test('is sent once under StrictMode on an open socket', async () => {
    const { render, server, Price, Light, isOpen, shows } = await setup()
    const symbols = ['BTC', 'ETH', 'XRP']
    function Page() {
      const [isShown, show] = useState(false)
      return (
        <StrictMode>
          <Light />
          <button onClick={() => show(true)}>Show</button>
          {isShown && symbols.map(symbol => <Price key={symbol} symbol={symbol} />)}
        </StrictMode>
      )
    }
    render(<Page />)
    await isOpen()
    act(() => screen.getByRole('button').click())
    for (const symbol of symbols) await shows(0, symbol)
    await pass(50)
    expect(server.asked.sort()).toEqual([...symbols].sort())
  })
})

test('no message hook logs an error to the console', async () => {
  const logged = vi.spyOn(console, 'error')
  const { render, Price, shows, queryClient } = await setup()
  function Last() {
    return <i>{JSON.stringify(useMessage('price', { symbol: 'BTC' }).data)}</i>
  }
  render([<Price key="p" />, <Last key="l" />])
  await shows(0)
  act(() => queryClient.clear())
  await shows(0)
  await act(() => queryClient.invalidateQueries())
  expect(logged).not.toHaveBeenCalled()
})
