import { act, fireEvent, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { Chat, Price, Prices } from '../../../docs/code/subscriptions.tsx'
import {
  createMarketServer,
  endPrice,
  say,
  setPrice,
  subscribedSymbols,
} from '../../../docs/code/subscriptionsServer.ts'
import { openPage } from './openPage.tsx'

const patient = { timeout: 10_000 }
const shows = (text: string) => screen.findByText(text, {}, patient)
const holds = (...symbols: string[]) =>
  waitFor(() => expect(subscribedSymbols().sort()).toEqual([...symbols].sort()), patient)

async function openMarket() {
  const page = await openPage(createMarketServer())
  for (const [index, symbol] of ['BTC', 'ETH', 'ADA'].entries()) setPrice(symbol, index + 1)
  let show!: (symbols: string[]) => void
  function Page() {
    const [symbols, setSymbols] = useState<string[]>(['BTC', 'BTC', 'ETH'])
    show = setSymbols
    return symbols.map((symbol, index) => <Price key={index} symbol={symbol} />)
  }
  page.render(<Page />)
  await holds('BTC', 'ETH')
  return { ...page, show: (...symbols: string[]) => act(() => show(symbols)) }
}

test('a price on screen is live, and the server forgets it after the last component that shows it', async () => {
  const { show } = await openMarket()
  setPrice('BTC', 5)
  await waitFor(() => expect(screen.getAllByText('BTC: 5')).toHaveLength(2), patient)
  show('BTC')
  await holds('BTC')
  setPrice('BTC', 6)
  await shows('BTC: 6')
  show()
  await holds()
})

test('of 2,000 symbols, the server holds the 300 on screen, whatever is scrolled', async () => {
  const page = await openPage(createMarketServer())
  const symbols = Array.from({ length: 2_000 }, (_, index) => `S${index}`)
  for (const [index, symbol] of symbols.entries()) setPrice(symbol, index)
  page.render(<Prices symbols={symbols} />)
  await holds(...symbols.slice(0, 300))
  await shows('S299: 299')
  fireEvent.scroll(screen.getByLabelText('Prices'), { target: { scrollTop: 100 * 20 } })
  fireEvent.scroll(screen.getByLabelText('Prices'), { target: { scrollTop: 1_500 * 20 } })
  await holds(...symbols.slice(1_500, 1_800))
  await shows('S1799: 1799')
})

test('after a reconnect, everything on screen is subscribed again, and stale until then', async () => {
  const { goDown, comeBack } = await openMarket()
  await shows('ETH: 2')
  await goDown()
  await waitFor(() => expect(screen.getByText('ETH: 2').getAttribute('aria-busy')).toBe('true'), patient)
  await holds()
  setPrice('ETH', 11)
  await comeBack()
  await holds('BTC', 'ETH')
  expect((await shows('ETH: 11')).getAttribute('aria-busy')).toBe('false')
})

test('a refused symbol says why, and can be tried again', async () => {
  const { show } = await openMarket()
  show('NEW')
  await holds()
  fireEvent.click(await shows('NEW: no such symbol. Try again'))
  await shows('NEW: no such symbol. Try again')
  setPrice('NEW', 7)
  fireEvent.click(await shows('NEW: no such symbol. Try again'))
  await shows('NEW: 7')
  await holds('NEW')
})

test('a symbol that is no longer traded keeps its last price, and is not subscribed again', async () => {
  const { goDown, comeBack } = await openMarket()
  await shows('ETH: 2')
  endPrice('ETH')
  await shows('ETH: 2, no longer traded')
  await goDown()
  await comeBack()
  await holds('BTC')
})

test('each room continues after its own last message', async () => {
  const { goDown, comeBack, events, render } = await openPage(createMarketServer())
  say('tea', 'first')
  render([<Chat key="tea" room="tea" />, <Chat key="milk" room="milk" />])
  await shows('tea: first')
  say('milk', 'hello')
  await shows('milk: hello')
  await goDown()
  say('tea', 'second')
  say('tea', 'third')
  await comeBack()
  await shows('tea: third')
  expect(screen.getAllByText(/:/).map(({ textContent }) => textContent)).toEqual([
    'tea: first',
    'tea: second',
    'tea: third',
    'milk: hello',
  ])
  expect(events.filter(({ kind }) => kind === 'gap')).toEqual([])
})
