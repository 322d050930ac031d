import { act, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { StoppingPrice } from '../../../docs/code/subscriptions.tsx'
import { createMarketServer, setPrice, wantedSymbols } from '../../../docs/code/subscriptionsServer.ts'
import { openPage } from './openPage.tsx'

const patient = { timeout: 10_000 }
const wants = (...symbols: string[]) => waitFor(() => expect(wantedSymbols()).toEqual(symbols), patient)

async function openMarket() {
  const page = await openPage(createMarketServer(), { closeDelay: 3_000, gapSpread: 0 })
  let show!: (symbols: string[]) => void
  function Prices() {
    const [symbols, setSymbols] = useState<string[]>(['BTC', 'BTC', 'ETH'])
    show = setSymbols
    return symbols.map((symbol, index) => <StoppingPrice key={index} symbol={symbol} />)
  }
  page.render(<Prices />)
  await wants('BTC', 'ETH')
  return { ...page, show: (...symbols: string[]) => act(() => show(symbols)) }
}

test('a price is requested once and then live, and the server learns when no component reads it', async () => {
  const { show } = await openMarket()
  setPrice('BTC', 5)
  await waitFor(() => expect(screen.getAllByText('BTC: 5')).toHaveLength(2), patient)
  show('BTC')
  await wants('BTC')
  setPrice('BTC', 6)
  await screen.findByText('BTC: 6', {}, patient)
  show()
  await wants()
})

test('a price that is shown again is current, and live again', async () => {
  const { show } = await openMarket()
  show('ETH')
  await wants('ETH')
  setPrice('BTC', 8)
  show('ETH', 'BTC')
  await screen.findByText('BTC: 8', {}, patient)
  setPrice('BTC', 9)
  await screen.findByText('BTC: 9', {}, patient)
})

test('after a reconnect all prices on screen are requested again', async () => {
  const { goDown, comeBack } = await openMarket()
  await goDown()
  await wants()
  setPrice('ETH', 11)
  await comeBack()
  await wants('BTC', 'ETH')
  await screen.findByText('ETH: 11', {}, patient)
})
