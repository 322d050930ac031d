import { screen, waitFor } from '@testing-library/react'
import { Profiler } from 'react'
import { expect, test, vi } from 'vitest'
import { MessageCounter, RoundedWidget, Widget } from '../../../docs/code/performance.tsx'
import { createMarketServer, setPrice } from '../../../docs/code/performanceServer.ts'
import { openPage } from './openPage.tsx'

const patient = { timeout: 15_000 }
const symbols = Array.from({ length: 2_000 }, (_, index) => `S${index}`)
const shown = symbols.slice(0, 300)
const textOf = (symbol: string) => screen.getByTitle(symbol).textContent

async function openWidgets(Shown: typeof Widget) {
  let flush!: () => void
  const page = await openPage(createMarketServer(given => (flush = given)))
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
  return { ...page, flush, renders, report }
}

test('of 300 widgets only that of the changed symbol re-renders', async () => {
  const { flush, renders } = await openWidgets(Widget)
  setPrice('S7', 70)
  flush()
  await waitFor(() => expect(textOf('S7')).toBe('70'), patient)
  expect([...renders.keys()]).toEqual(['S7'])
})

test('2,000 prices in one frame render each widget once, and the symbols without a widget not at all', async () => {
  const { flush, renders, report, queryClient } = await openWidgets(Widget)
  symbols.forEach((symbol, index) => setPrice(symbol, 1_000 + index))
  flush()
  await waitFor(() => expect(textOf('S299')).toBe('1299'), patient)
  expect([...renders.values()]).toEqual(shown.map(() => 1))
  expect(queryClient.getQueryData(['price', { symbol: 'S1999' }])).toMatchObject({ last: 2_999 })
  await waitFor(() => expect(report.mock.calls.at(-1)?.[0]).toBeGreaterThanOrEqual(2_000), patient)
})

test('with select a widget re-renders only when what it shows has changed', async () => {
  const { flush, renders } = await openWidgets(RoundedWidget)
  setPrice('S7', 1.2)
  setPrice('S8', 5)
  flush()
  await waitFor(() => expect(textOf('S8')).toBe('5'), patient)
  expect([...renders.keys()]).toEqual(['S8'])
})
