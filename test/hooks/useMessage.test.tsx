import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { useMessage } from 'react-query-realtime'
import { expect, test, vi } from 'vitest'

function Reader() {
  const { data } = useMessage('price', { symbol: 'BTC' })
  return <output>{String(data)}</output>
}

test('reading a message asks nothing and logs nothing', () => {
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

test('a component that asks for the same key is the one that is asked, in whichever order they render', async () => {
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
