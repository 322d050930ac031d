import { useSuspenseQuery } from '@tanstack/react-query'
import { act, screen, waitFor } from '@testing-library/react'
import { type ReactNode, startTransition, Suspense, useState } from 'react'
import { type SocketOptions, socketOptions, useSocket, useSuspenseSocketQuery } from 'react-query-realtime'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { allowConsole } from '../support/consoleGuard.ts'
import { ErrorBoundary } from '../support/ErrorBoundary.tsx'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'

const open = setUpRealtime()
const REPORTED = /The above error occurred|Error: |error boundary/

interface Request {
  type: string
  params: string
}

/** A server that replies to each request with its number, and a page whose prices suspend. */
async function openPage(options: Partial<SocketOptions> = {}, closeDelay = 30) {
  const page = await open({ closeDelay })
  /** The params of each request, in order. */
  const asked: string[] = []
  const replies = { delay: 0, error: undefined as string | undefined }
  const reply = (socket: WebSocket, { type, params }: Request, count: number) =>
    socket.send(
      JSON.stringify(
        replies.error ? { type, params, error: replies.error } : { type, params, response: count },
      ),
    )
  const server = await startSocketServer(socket => {
    socket.on('message', data => {
      const request = JSON.parse((data as Buffer).toString()) as Request
      const count = asked.push(request.params)
      setTimeout(() => reply(socket, request, count), replies.delay)
    })
  })
  const market = socketOptions({ url: server.url, ...options })
  function Price({ symbol, title = symbol }: { symbol: string; title?: string }) {
    const { data } = useSuspenseSocketQuery(market, { type: 'price', params: symbol, timeout: 30_000 })
    return <p title={title}>{String(data)}</p>
  }
  function Link() {
    return <i role="status">{useSocket(market).status}</i>
  }
  const within = (ui: ReactNode) => (
    <ErrorBoundary>
      <Suspense fallback="Loading…">{ui}</Suspense>
    </ErrorBoundary>
  )
  const show = (ui: ReactNode) => {
    const view = page.render(within(ui))
    const rerender = (next: ReactNode, more: object = {}) => view.rerender(within(next), more)
    return { ...view, rerender }
  }
  const shows = (title: string, text: string) =>
    waitFor(() => expect(screen.getByTitle(title).textContent).toBe(text))
  const push = (params: string, response: unknown) =>
    server.sockets.at(-1)?.send(JSON.stringify({ type: 'price', params, response }))
  const isFree = () =>
    waitFor(() => expect(server.sockets.every(({ readyState }) => readyState === 3)).toBe(true))
  /** Lets time pass (ms) in which React renders, as it does not inside `act`. */
  const pass = (ms: number) => {
    const end = performance.now() + ms
    return waitFor(() => expect(performance.now()).toBeGreaterThan(end), { timeout: ms + 8_000 })
  }
  return { ...page, server, asked, replies, market, Price, Link, show, shows, push, isFree, pass }
}

test('suspends until the reply, with one request and one connection under StrictMode, and stays live', async () => {
  const { server, asked, show, Price, shows, push, isFree, pass } = await openPage()
  const view = show(<Price symbol="BTC" />)
  expect(view.container.textContent).toBe('Loading…')
  await shows('BTC', '1')
  push('BTC', 'pushed')
  await shows('BTC', 'pushed')
  await pass(1_500)
  expect(asked).toEqual(['BTC'])
  expect(server.requests).toHaveLength(1)
  view.rerender(null)
  await isFree()
})

test('a handler and onMessage of the definition apply to the first reply, which is not requested again', async () => {
  const { asked, show, Price, shows, push, pass } = await openPage({
    on: {
      price: ({ params, response }, cache) =>
        cache.setQueryData(['price', params], `handled ${response as string}`),
    },
  })
  show(<Price symbol="BTC" />)
  await shows('BTC', 'handled 1')
  push('BTC', 2)
  await shows('BTC', 'handled 2')
  await pass(300)
  expect(asked).toEqual(['BTC'])
})

test('a schema of the definition parses the first reply', async () => {
  const number = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => ({ value: `parsed ${value as string}` }),
    },
  } as const
  const { asked, show, Price, shows } = await openPage({ messages: { price: number } })
  show(<Price symbol="BTC" />)
  await shows('BTC', 'parsed 1')
  expect(asked).toEqual(['BTC'])
})

test('a page that is left before the reply leaves no connection behind, and its request is not retried', async () => {
  const { server, asked, replies, queryClient, show, Price, isFree } = await openPage()
  queryClient.setDefaultOptions({ queries: { retry: 3, retryDelay: 10 } })
  replies.delay = 60_000
  const view = show(<Price symbol="BTC" />)
  await waitFor(() => expect(asked).toEqual(['BTC']))
  view.rerender(null)
  await isFree()
  expect(queryClient.isFetching()).toBe(0)
  expect(server.requests).toHaveLength(1)
  expect(asked).toEqual(['BTC'])
})

test('a page that was left just before the reply shows it later, and requests it again as it may have changed', async () => {
  const { asked, replies, show, Price, shows, isFree } = await openPage()
  replies.delay = 300
  const view = show(<Price symbol="BTC" />)
  await waitFor(() => expect(asked).toEqual(['BTC']))
  view.rerender(null)
  await isFree()
  view.rerender(<Price symbol="BTC" />)
  expect(screen.getByTitle('BTC').textContent).toBe('1')
  await shows('BTC', '2')
  expect(asked).toEqual(['BTC', 'BTC'])
})

/** Suspends without asking this library. */
function Slow({ ms }: { ms: number }) {
  const queryFn = () => new Promise<string>(resolve => setTimeout(() => resolve('slow'), ms))
  return <b>{useSuspenseQuery({ queryKey: ['slow'], queryFn }).data}</b>
}

test('a page that commits within closeDelay of its data sends no second request', async () => {
  const { server, asked, show, Price, shows, pass } = await openPage({}, 4_000)
  show([<Price key="a" symbol="BTC" />, <Slow key="b" ms={3_000} />])
  await shows('BTC', '1')
  await pass(300)
  expect(asked).toEqual(['BTC'])
  expect(server.requests).toHaveLength(1)
})

test('a page that commits later opens the connection again, with one more request', async () => {
  const { server, asked, show, Price, shows, pass } = await openPage()
  show([<Price key="a" symbol="BTC" />, <Slow key="b" ms={3_500} />])
  await shows('BTC', '2')
  await pass(1_500)
  expect(asked).toEqual(['BTC', 'BTC'])
  expect(server.requests).toHaveLength(2)
})

test('params that change in a transition keep the old price, with one request each', async () => {
  const { asked, replies, show, Price, shows, push, pass } = await openPage()
  let change: (symbol: string) => void = () => {}
  function Page() {
    const [symbol, setSymbol] = useState('BTC')
    change = setSymbol
    return <Price symbol={symbol} title="page" />
  }
  show(<Page />)
  await shows('page', '1')
  replies.delay = 1_500
  act(() => startTransition(() => change('ETH')))
  await waitFor(() => expect(asked).toEqual(['BTC', 'ETH']))
  push('BTC', 'still live')
  await shows('page', 'still live')
  await shows('page', '2')
  await pass(300)
  expect(asked).toEqual(['BTC', 'ETH'])
})

test('an error reply goes to the error boundary, and a reset requests again', async () => {
  allowConsole(REPORTED)
  const { asked, replies, show, Price, shows } = await openPage()
  replies.error = 'no'
  show(<Price symbol="BTC" />)
  expect((await screen.findByRole('alert')).textContent).toContain('RequestError')
  replies.error = undefined
  act(() => screen.getByText('Try again').click())
  await shows('BTC', '2')
  expect(asked).toEqual(['BTC', 'BTC'])
})

test('an error that is shown causes no more requests, even if the connection reopens', async () => {
  allowConsole(REPORTED)
  const { server, asked, replies, show, Price, Link, pass } = await openPage()
  replies.error = 'no'
  show([
    <Link key="a" />,
    <ErrorBoundary key="b">
      <Price symbol="BTC" />
    </ErrorBoundary>,
  ])
  await screen.findByRole('alert')
  server.sockets.at(-1)?.terminate()
  await waitFor(() => expect(server.sockets).toHaveLength(2))
  await pass(300)
  expect(asked).toEqual(['BTC'])
})

test('data from elsewhere is shown without suspending, and requested once, however new it is', async () => {
  const { asked, queryClient, show, Price, Link, shows, pass } = await openPage()
  const view = show(<Link key="a" />)
  await waitFor(() => expect(screen.getByRole('status').textContent).toBe('open'))
  queryClient.setQueryData(['price', 'BTC'], 'seeded')
  view.rerender([<Link key="a" />, <Price key="b" symbol="BTC" />])
  expect(screen.getByTitle('BTC').textContent).toBe('seeded')
  await shows('BTC', '1')
  await pass(300)
  expect(asked).toEqual(['BTC'])
})

test('queryClient.clear() suspends the component again, with one request', async () => {
  const { asked, queryClient, show, Price, shows, pass } = await openPage()
  show(<Price symbol="BTC" />)
  await shows('BTC', '1')
  act(() => queryClient.clear())
  await shows('BTC', '2')
  await pass(1_200)
  expect(asked).toEqual(['BTC', 'BTC'])
})

test('a change of user while suspended asks as the new user, on a new connection', async () => {
  const { server, asked, replies, show, Price, shows, pass } = await openPage()
  replies.delay = 1_500
  const view = show(<Price symbol="BTC" />)
  await waitFor(() => expect(asked).toEqual(['BTC']))
  replies.delay = 0
  view.rerender(<Price symbol="BTC" />, { key: 'other' })
  await shows('BTC', '2')
  await pass(300)
  expect(asked).toEqual(['BTC', 'BTC'])
  expect(server.sockets.filter(({ readyState }) => readyState === 1)).toHaveLength(1)
})
