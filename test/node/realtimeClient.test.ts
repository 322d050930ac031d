import {
  dehydrate,
  QueryClient,
  QueryClientProvider,
  useQuery,
  useSuspenseQuery,
} from '@tanstack/react-query'
import { createElement, type ReactNode, Suspense } from 'react'
import { renderToString } from 'react-dom/server'
import { renderToReadableStream } from 'react-dom/server.edge'
import {
  RealtimeClient,
  RealtimeProvider,
  socketOptions,
  useRealtimeClient,
  useSocketQuery,
} from 'react-query-realtime'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startQuoteServer } from '../support/quoteServer.ts'

afterEach(() => vi.unstubAllGlobals())

const BTC = { type: 'price', params: { symbol: 'BTC' } }

/** What a server makes for one request. */
async function setUpRequest(options: { webSocket?: typeof WebSocket } = { webSocket: WebSocket }) {
  const server = await startQuoteServer()
  const queryClient = new QueryClient()
  const client = new RealtimeClient({ queryClient, closeDelay: 50, ...(options as object) })
  onTestFinished(() => client.dispose())
  const market = socketOptions({ url: server.url })
  const page = (children: ReactNode) =>
    createElement(
      QueryClientProvider,
      { client: queryClient },
      createElement(RealtimeProvider, { client }, children),
    )
  const load = (
    given: { queryKey: readonly unknown[] },
    method: 'fetchQuery' | 'prefetchQuery' = 'fetchQuery',
  ) => (queryClient[method] as (options: unknown) => Promise<unknown>).call(queryClient, given)
  return { server, queryClient, client, market, page, load, price: client.queryOptions(market, BTC) }
}

test('rendering on a server opens nothing', async () => {
  const { server, market, page, price } = await setUpRequest()
  function Prices() {
    const own = useRealtimeClient().queryOptions(market, { type: 'price', params: { symbol: 'ETH' } })
    const results = [useQuery(price), useQuery(own), useSocketQuery(market, BTC)]
    return results.map(({ status }) => status).join()
  }
  expect(renderToString(page(createElement(Prices)))).toBe('pending,pending,pending')
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(server.requests).toEqual([])
})

test('useSuspenseQuery opens nothing on a server, and leaves its boundary to the browser', async () => {
  const { server, page, price } = await setUpRequest()
  const errors: unknown[] = []
  function Price() {
    return JSON.stringify(useSuspenseQuery(price).data)
  }
  const boundary = createElement(Suspense, { fallback: 'waiting' }, createElement(Price))
  const stream = await renderToReadableStream(page(boundary), { onError: error => void errors.push(error) })
  const html = await new Response(stream).text()
  expect(html).toContain('waiting')
  expect(String(errors[0])).toContain('A suspended query opens no connection on a server.')
  expect(server.requests).toEqual([])
})

test('a loader that fetches on a server does open a socket, and its data is dehydrated', async () => {
  const { server, queryClient, client, load, price, page } = await setUpRequest()
  server.set('BTC', 3)
  await load(price)
  function Price() {
    return JSON.stringify(useQuery(price).data)
  }
  expect(renderToString(page(createElement(Price)))).toBe('{&quot;last&quot;:3}')
  expect(dehydrate(queryClient).queries.map(({ state }) => state.data)).toEqual([{ last: 3 }])
  client.dispose()
  await expect.poll(() => server.sockets[0]?.readyState).toBe(WebSocket.CLOSED)
})

test('a script requests, subscribes and ends without dispose, once closeDelay is over', async () => {
  const { server, client, market } = await setUpRequest()
  server.set('BTC', 4)
  expect(await client.request(market, BTC)).toEqual({ last: 4 })
  const heard: unknown[] = []
  const stop = client.subscribe(market, BTC, response => heard.push(response))
  await expect.poll(() => heard).toEqual([{ last: 4 }])
  stop()
  await expect.poll(() => server.sockets[0]?.readyState).toBe(WebSocket.CLOSED)
})

test('without any WebSocket, a request rejects with an error that says so', async () => {
  vi.stubGlobal('WebSocket', undefined)
  const { client, market } = await setUpRequest({})
  const error: unknown = await client
    .request(market, BTC, { timeout: 500 })
    .catch((reason: unknown) => reason)
  expect(String(error)).toContain('ConfigurationError: /: There is no WebSocket')
})

test('two clients, one for each request, share neither a connection nor data', async () => {
  const a = await setUpRequest()
  const b = await setUpRequest()
  await a.client.request(a.market, BTC)
  await b.client.request(a.market, BTC)
  expect(a.server.sockets).toHaveLength(2)
})
