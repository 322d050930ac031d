import { createMemoryHistory } from '@tanstack/react-router'
import { act, render, screen, waitFor } from '@testing-library/react'
import { StrictMode, useEffect, useState } from 'react'
import { expect, onTestFinished, test } from 'vitest'
import { App, placeOrder, queryClient, recordPrices, router } from '../../../docs/code/outsideComponents.tsx'
import {
  createMarketServer,
  received,
  setPrice,
  sockets,
} from '../../../docs/code/outsideComponentsServer.ts'
import { listen } from './openPage.tsx'
import { pageFrom } from '../../support/pageFrom.ts'

const patient = { timeout: 10_000 }

async function openApp() {
  const { url } = await listen(createMarketServer())
  pageFrom(url)
  received.length = 0
  sockets.opened = 0
  onTestFinished(() => queryClient.clear())
}

test('a loader and its page open one socket and send one request, and the page is live', async () => {
  await openApp()
  setPrice('BTC', 1)
  router.update({ history: createMemoryHistory({ initialEntries: ['/prices/BTC'] }) })
  render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
  await screen.findByText('BTC: 1', {}, patient)
  setPrice('BTC', 2)
  await screen.findByText('BTC: 2', {}, patient)
  setPrice('ETH', 7)
  await act(() => router.navigate({ to: '/prices/$symbol', params: { symbol: 'ETH' } }))
  await screen.findByText('ETH: 7', {}, patient)
  setPrice('ETH', 8)
  await screen.findByText('ETH: 8', {}, patient)
  expect([sockets.opened, received]).toEqual([1, ['price BTC', 'price ETH']])
})

test('a store follows a price until it stops', async () => {
  await openApp()
  setPrice('XRP', 1)
  function Ticks() {
    const [prices, setPrices] = useState<number[]>([])
    useEffect(() => recordPrices('XRP', setPrices), [])
    return <p>{prices.join()}</p>
  }
  const { unmount } = render(<Ticks />)
  await screen.findByText('1', {}, patient)
  setPrice('XRP', 2)
  await screen.findByText('2,1', {}, patient)
  unmount()
  await waitFor(() => expect(received).toEqual(['subscribe price XRP', 'unsubscribe price XRP']), patient)
})

test('a plain function sends a request', async () => {
  await openApp()
  expect(await placeOrder('BTC', 2)).toMatch(/^order-/)
  expect(received).toEqual(['order.place BTC'])
})
