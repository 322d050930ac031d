import { createServer } from 'node:http'
import { screen, waitFor } from '@testing-library/react'
import { Profiler } from 'react'
import { expect, test, vi } from 'vitest'
import { MessageCounter, RoundedWidget, Widget } from '../../../docs/code/performance.tsx'
import { servePrices } from '../../../docs/code/performanceServer.ts'
import { listen, openPage } from './openPage.tsx'

const patient = { timeout: 15_000 }
const symbols = Array.from({ length: 2_000 }, (_, index) => `S${index}`)
const shown = symbols.slice(0, 300)
const textOf = (symbol: string) => screen.getByTitle(symbol).textContent

/** Its memory begins with it, as that of a server that has just started. */
function startMarket() {
  const server = createServer()
  const { setPrice } = servePrices(server)
  for (const symbol of symbols) setPrice(symbol, 1)
  return { server, setPrice }
}

async function openWidgets(Shown: typeof Widget) {
  const { server, setPrice } = startMarket()
  const page = await openPage(server, { gapSpread: 0 })
  const renders = new Map<string, number>()
  const report = vi.fn()
  page.render(
    <>
      <MessageCounter report={report} />
      {shown.map(symbol => (
        <Profiler key={symbol} id={symbol} onRender={id => renders.set(id, (renders.get(id) ?? 0) + 1)}>
          <Shown symbol={symbol} />
        </Profiler>
      ))}
    </>,
  )
  await waitFor(() => expect(page.queryClient.isFetching()).toBe(0), patient)
  await waitFor(() => expect(textOf('S299')).toBe('1'), patient)
  renders.clear()
  return { ...page, setPrice, renders, report }
}

test('of 300 widgets only that of the changed symbol re-renders', async () => {
  const { setPrice, renders } = await openWidgets(Widget)
  setPrice('S7', 70)
  await waitFor(() => expect(textOf('S7')).toBe('70'), patient)
  expect([...renders.keys()]).toEqual(['S7'])
})

test('of 2,000 changed prices a page receives those of its 300 widgets in one batch, and each renders once', async () => {
  const { setPrice, renders, report, queryClient } = await openWidgets(Widget)
  symbols.forEach((symbol, index) => setPrice(symbol, 1_000 + index))
  await waitFor(() => expect(textOf('S299')).toBe('1299'), patient)
  expect([...renders.values()]).toEqual(shown.map(() => 1))
  expect(queryClient.getQueryData(['price', { symbol: 'S1999' }])).toBeUndefined()
  // A reply and a push for each widget.
  await waitFor(() => expect(report.mock.calls.at(-1)?.[0]).toBe(600), patient)
})

test('after a restart of the server all widgets show its prices', async () => {
  const { url, goDown, setPrice } = await openWidgets(Widget)
  for (const symbol of symbols) setPrice(symbol, 2)
  await waitFor(() => expect(textOf('S299')).toBe('2'), patient)
  await goDown()
  const restarted = startMarket()
  restarted.setPrice('S299', 3)
  await listen(restarted.server, Number(new URL(url).port))
  await waitFor(() => expect(textOf('S299')).toBe('3'), patient)
  restarted.setPrice('S0', 4)
  await waitFor(() => expect(textOf('S0')).toBe('4'), patient)
})

test('with select a widget re-renders only when what it shows has changed', async () => {
  const { setPrice, renders } = await openWidgets(RoundedWidget)
  setPrice('S7', 1.2)
  setPrice('S8', 5)
  await waitFor(() => expect(textOf('S8')).toBe('5'), patient)
  expect([...renders.keys()]).toEqual(['S8'])
})
