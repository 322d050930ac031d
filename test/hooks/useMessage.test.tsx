import { screen } from '@testing-library/react'
import { useMessage, useServerEvents, useSocket } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { setUpRealtime } from '../support/setUpRealtime.tsx'

const open = setUpRealtime()
const patient = { timeout: 8_000 }

function Notice() {
  const { data } = useMessage('notice')
  return <p>{typeof data === 'string' ? data : 'none'}</p>
}

test('shows the last message of its key, whichever connection brought it, without any handler', async () => {
  const page = await open()
  function Page({ technique }: { technique: 'socket' | 'events' }) {
    useSocket({ url: page.at('/socket'), enabled: technique === 'socket' })
    useServerEvents({ url: page.at('/events'), enabled: technique === 'events' })
    return <Notice />
  }
  const view = page.render(<Page technique="socket" />)
  await screen.findByText('none')
  await expect.poll(() => page.openNow('socket')).toBe(1)
  await page.publish('notice', null, 'by socket')
  await screen.findByText('by socket', {}, patient)
  view.rerender(<Page technique="events" />)
  await expect.poll(() => page.openNow('events')).toBe(1)
  await page.publish('notice', null, 'by events')
  await screen.findByText('by events', {}, patient)
})

test('never fetches, also after an invalidation', async () => {
  const page = await open()
  page.render(<Notice />)
  await page.queryClient.invalidateQueries({ queryKey: ['notice'] })
  expect(page.queryClient.getQueryState(['notice'])).toMatchObject({
    fetchStatus: 'idle',
    fetchFailureCount: 0,
  })
})

test('tells messages of one type apart by their params', async () => {
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
  await screen.findByText('ETH 2', {}, patient)
  await screen.findByText('BTC undefined')
})
