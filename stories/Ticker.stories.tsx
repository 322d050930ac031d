import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fireEvent, within } from 'storybook/test'
import { ConnectionPanel } from './parts/ConnectionPanel.tsx'
import { FaultButtons } from './parts/FaultButtons.tsx'
import type { Quote } from './parts/market.ts'
import { Playground } from './parts/Playground.tsx'
import { demoIn, eventually, figure, seesStatus } from './parts/play.ts'
import { Ticker } from './ticker/Ticker.tsx'
import rowCode from './ticker/TickerRow.tsx?raw'

export default {
  title: 'Ticker',
  component: Ticker,
  parameters: { docs: { source: { code: rowCode } } },
  render: () => (
    <Playground>
      <Ticker />
      <FaultButtons show={['kill', 'freeze', 'thaw', 'down', 'delay', 'clear']} />
      <ConnectionPanel />
    </Playground>
  ),
} satisfies Meta<typeof Ticker>

const received = (canvas: HTMLElement) => Number(figure(canvas, 'Messages so far').replaceAll(',', ''))

async function speak(canvas: HTMLElement, rate: number): Promise<void> {
  await fireEvent.change(within(canvas).getByLabelText('Messages'), { target: { value: rate } })
}

interface Latest {
  readonly entries: readonly { readonly type: string; readonly params: unknown; readonly response: unknown }[]
}

/** Every row shows what the server holds for its symbol. */
async function rowsConverge(canvas: HTMLElement): Promise<void> {
  await eventually(async () => {
    const { entries } = await demoIn(canvas).get<Latest>('/poll')
    const prices = entries.filter(({ type }) => type === 'price')
    const truth = new Map(
      prices.map(({ params, response }) => [(params as { symbol: string }).symbol, (response as Quote).last]),
    )
    const rows = [...canvas.querySelectorAll<HTMLElement>('.ticker-row')]
    const shown = new Map(rows.map(({ dataset }) => [dataset['symbol'], Number(dataset['last'])]))
    await expect(shown.size).toBe(200)
    await expect([...shown].filter(([symbol, last]) => truth.get(symbol ?? '') !== last)).toEqual([])
  })
}

/** A message renders the row of its symbol and no other, however many come. */
export const TwoHundredRows: StoryObj = {
  name: '200 rows',
  play: async ({ canvasElement: canvas }) => {
    await seesStatus(canvas, 'open')
    await speak(canvas, 2_000)
    await eventually(() => expect(received(canvas)).toBeGreaterThan(3_000))
    await speak(canvas, 0)
    await within(canvas).findByText('none')
    await rowsConverge(canvas)
    await speak(canvas, 200)
  },
}
