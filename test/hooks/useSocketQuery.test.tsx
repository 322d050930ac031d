import { useQuery } from '@tanstack/react-query'
import { screen, waitFor } from '@testing-library/react'
import { append, socketOptions, useSocket, useSocketQuery } from 'react-query-realtime'
import { expect, test, vi } from 'vitest'
import { setUpRealtime } from '../support/setUpRealtime.tsx'

const open = setUpRealtime()
const price = (last: number) => ['price', { symbol: 'BTC' }, { last, change: 0, at: 0 }] as const

async function openPrice() {
  const page = await open()
  const market = socketOptions({ url: page.at('/socket') })
  const renders = vi.fn()
  function Price({ symbol }: { symbol: string }) {
    renders(symbol)
    const { data } = useSocketQuery(market, { type: 'price', params: { symbol } })
    return <b title={symbol}>{(data as { last: number } | undefined)?.last}</b>
  }
  await page.publish('price', { symbol: 'BTC' }, { last: 1 })
  await page.publish('price', { symbol: 'ETH' }, { last: 9 })
  const shows = (symbol: string, last: number) =>
    waitFor(() => expect(screen.getByTitle(symbol).textContent).toBe(String(last)))
  return { ...page, market, Price, renders, shows }
}

test('sends one request, then stays live', async () => {
  const { render, Price, shows, publish, post } = await openPrice()
  render(<Price symbol="BTC" />)
  await shows('BTC', 1)
  await publish(...price(2))
  await shows('BTC', 2)
  await post(
    '/publish',
    [3, 4].map(last => ({ type: 'price', params: { symbol: 'BTC' }, response: { last } })),
  )
  await shows('BTC', 4)
})

test('a message for one key re-renders only the readers of that key', async () => {
  const { render, Price, shows, publish, renders } = await openPrice()
  render([<Price key="a" symbol="BTC" />, <Price key="b" symbol="ETH" />])
  await shows('BTC', 1)
  await shows('ETH', 9)
  renders.mockClear()
  await publish(...price(2))
  await shows('BTC', 2)
  expect(renders.mock.calls.every(([symbol]) => symbol === 'BTC')).toBe(true)
})

test('requests again only after a reconnect that did not resume (W31)', async () => {
  const { render, Price, shows, publish, fault, market, events } = await openPrice()
  function Page() {
    return <i role="status">{useSocket(market).status}</i>
  }
  render([<Price key="a" symbol="BTC" />, <Page key="b" />])
  await shows('BTC', 1)
  await fault('down', { ms: 60_000 })
  await waitFor(() => expect(screen.getByRole('status').textContent).toBe('reconnecting'))
  await publish(...price(5))
  await fault('clear')
  await shows('BTC', 5)
  expect(events.filter(({ kind }) => kind === 'gap')).toHaveLength(1)
})

test('shows cached data after a remount, and requests again if the connection had closed', async () => {
  const { render, Price, shows, publish, openNow } = await openPrice()
  const view = render(<Price symbol="BTC" />)
  await shows('BTC', 1)
  view.rerender(null)
  await waitFor(async () => expect(await openNow('socket')).toBe(0))
  await publish(...price(7))
  view.rerender(<Price symbol="BTC" />)
  expect(screen.getByTitle('BTC').textContent).toBe('1')
  await shows('BTC', 7)
})

test('an error reply is the error of the query', async () => {
  const page = await openPrice()
  function Wrong() {
    const { error } = useSocketQuery(page.market, { type: 'no such thing' })
    return <p>{error?.name}</p>
  }
  page.render(<Wrong />)
  await screen.findByText('RequestError')
})

test.each([
  ['sent once, whatever the client retries', undefined, 1],
  ['sent again where the hook sets retry', 2, 3],
])('a request that the server refuses is %s', async (_how, retry, failures) => {
  const page = await openPrice()
  page.queryClient.setDefaultOptions({ queries: { retry: 3, retryDelay: 1 } })
  function Wrong() {
    const request = { type: 'no such thing', ...(retry !== undefined && { retry }) }
    const { error, failureCount } = useSocketQuery(page.market, request)
    return <p>{error && `${error.name} ${failureCount}`}</p>
  }
  page.render(<Wrong />)
  await screen.findByText(`RequestError ${failures}`)
})

test('a request without a reply in time is retried as the query client says', async () => {
  const page = await openPrice()
  page.queryClient.setDefaultOptions({ queries: { retry: 1, retryDelay: 1 } })
  function Slow() {
    const request = { type: 'slow', params: { ms: 5_000 }, timeout: 40 }
    const { error, failureCount } = useSocketQuery(page.market, request)
    return <p>{error && `${error.name} ${failureCount}`}</p>
  }
  page.render(<Slow />)
  await screen.findByText('RequestTimeoutError 2')
})

test('select and enabled work as in useQuery', async () => {
  const page = await openPrice()
  function Selected({ enabled }: { enabled: boolean }) {
    const select = (data: unknown) => (data as { last: number }).last * 10
    const { data = 'nothing' } = useSocketQuery(page.market, {
      type: 'price',
      params: { symbol: 'BTC' },
      select,
      enabled,
    })
    return <p>{data}</p>
  }
  const view = page.render(<Selected enabled={false} />)
  await screen.findByText('nothing')
  view.rerender(<Selected enabled />)
  await screen.findByText('10')
})

test('a list loaded by useQuery and kept live by a handler converges after a gap', async () => {
  const page = await open()
  const options = socketOptions({
    url: page.at('/socket'),
    on: { note: ({ response }, cache) => cache.setQueryData(['notes'], append(response)) },
  })
  const server: string[] = ['a']
  function Notes() {
    useSocket(options)
    const { data = [] } = useQuery({ queryKey: ['notes'], queryFn: () => [...server], staleTime: Infinity })
    return <p>{data.join()}</p>
  }
  const publish = async (note: string) => {
    server.push(note)
    await page.publish('note', null, note)
  }
  page.render(<Notes />)
  await screen.findByText('a')
  await waitFor(async () => expect(await page.openNow('socket')).toBe(1))
  await publish('b')
  await screen.findByText('a,b')
  await page.fault('down', { ms: 300 })
  await publish('c')
  await screen.findByText('a,b,c')
})

test('a push right after a reply in one frame is not overwritten by the reply', async () => {
  const page = await open()
  const market = socketOptions({ url: page.at('/socket') })
  await page.post('/feed', { rate: 0, batch: 10 })
  await page.publish('price', { symbol: 'BTC' }, { last: 1 })
  const both = [1, 2].map(last => ({ type: 'price', params: { symbol: 'BTC' }, response: { last } }))
  function Price() {
    const { data } = useSocketQuery(
      {
        ...market,
        parse: text =>
          [JSON.parse(text as string) as { type: string }].flatMap(m => (m.type === 'price' ? both : m)),
      },
      { type: 'price', params: { symbol: 'BTC' } },
    )
    return <p>{JSON.stringify(data)}</p>
  }
  page.render(<Price />)
  await screen.findByText('{"last":2}')
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(page.queryClient.getQueryData(['price', { symbol: 'BTC' }])).toEqual({ last: 2 })
})
