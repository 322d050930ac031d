import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { useMessage, useServerEvents, useSocket } from 'react-query-realtime'
import { expect, test, vi } from 'vitest'
import { setUpRealtime } from '../support/setUpRealtime.tsx'

const open = setUpRealtime()

function Notice() {
  const { data } = useMessage('notice')
  return <p>{typeof data === 'string' ? data : 'none'}</p>
}

test('shows the last message of its key from any connection, without a handler', async () => {
  const page = await open()
  function Page({ transport }: { transport: 'socket' | 'events' }) {
    useSocket({ url: page.at('/socket'), enabled: transport === 'socket' })
    useServerEvents({ url: page.at('/events'), enabled: transport === 'events' })
    return <Notice />
  }
  const view = page.render(<Page transport="socket" />)
  await screen.findByText('none')
  await expect.poll(() => page.openNow('socket')).toBe(1)
  await page.publish('notice', null, 'by socket')
  await screen.findByText('by socket')
  view.rerender(<Page transport="events" />)
  await expect.poll(() => page.openNow('events')).toBe(1)
  await page.publish('notice', null, 'by events')
  await screen.findByText('by events')
})

test('never fetches, even after an invalidation', async () => {
  const page = await open()
  page.render(<Notice />)
  await page.queryClient.invalidateQueries({ queryKey: ['notice'] })
  expect(page.queryClient.getQueryState(['notice'])).toMatchObject({
    fetchStatus: 'idle',
    fetchFailureCount: 0,
  })
})

test('separates messages of one type by their params', async () => {
  const page = await open()
  function Price({ symbol }: { symbol: string }) {
    return <b>{`${symbol} ${String(useMessage('price', { symbol }).data)}`}</b>
  }
  function Page() {
    useSocket({ url: page.at('/socket') })
    return [<Price key="a" symbol="BTC" />, <Price key="b" symbol="ETH" />]
  }
  page.render(<Page />)
  await expect.poll(() => page.openNow('socket')).toBe(1)
  await page.publish('price', { symbol: 'ETH' }, 2)
  await screen.findByText('ETH 2')
  await screen.findByText('BTC undefined')
})

test('shows another message when its params change, and does nothing when only their identity changes', async () => {
  const client = new QueryClient()
  client.setQueryData(['price', { symbol: 'BTC' }], 1)
  client.setQueryData(['price', { symbol: 'ETH' }], 2)
  const changes: string[] = []
  client.getQueryCache().subscribe(({ type }) => changes.push(type))
  function Price({ symbol }: { symbol: string }) {
    return <output>{String(useMessage('price', { symbol }).data)}</output>
  }
  const view = (symbol: string) => (
    <QueryClientProvider client={client}>
      <Price symbol={symbol} />
    </QueryClientProvider>
  )
  const { rerender } = render(view('BTC'))
  await screen.findByText('1')
  const before = changes.length
  rerender(view('BTC'))
  expect(changes.slice(before)).toEqual([])
  rerender(view('ETH'))
  await screen.findByText('2')
  rerender(view('BTC'))
  await screen.findByText('1')
})

function Reader() {
  const { data } = useMessage('price', { symbol: 'BTC' })
  return <output>{String(data)}</output>
}

test('sends nothing and logs nothing', () => {
  const logged = vi.spyOn(console, 'error')
  const client = new QueryClient()
  const view = (
    <QueryClientProvider client={client}>
      <Reader />
    </QueryClientProvider>
  )
  const { rerender } = render(view)
  act(() => void client.setQueryData(['price', { symbol: 'BTC' }], 42))
  rerender(view)
  expect(client.isFetching()).toBe(0)
  expect(logged).not.toHaveBeenCalled()
})

test('leaves fetching to a component that fetches the same key, in any render order', async () => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  let answer = 1
  function Asker() {
    useQuery({ queryKey: ['price', { symbol: 'BTC' }], queryFn: () => answer, staleTime: Infinity })
    return null
  }
  render(
    <QueryClientProvider client={client}>
      <Asker />
      <Reader />
    </QueryClientProvider>,
  )
  await screen.findByText('1')
  answer = 2
  await act(() => client.invalidateQueries())
  await screen.findByText('2')
})
