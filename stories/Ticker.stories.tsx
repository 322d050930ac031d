import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fireEvent, within } from 'storybook/test'
import { ConnectionPanel } from './parts/ConnectionPanel.tsx'
import { FaultButtons } from './parts/FaultButtons.tsx'
import type { Quote } from './parts/market.ts'
import { Playground } from './parts/Playground.tsx'
import { demoIn, figure, findAll, nowAndThen, seesStatus } from './parts/play.ts'
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
  readonly entries: readonly {
    readonly type: string
    readonly params: { readonly symbol: string }
    readonly response: Quote
  }[]
}

/** The symbols whose row does not show what the server holds. */
async function wrongRows(canvas: HTMLElement): Promise<readonly string[]> {
  const { entries } = await demoIn(canvas).get<Latest>('/poll')
  const prices = entries.filter(({ type }) => type === 'price')
  const shown = new Map(
    findAll(canvas, '.ticker-row').map(({ dataset }) => [dataset['symbol'], dataset['last']]),
  )
  const isWrong = ({ params, response }: Latest['entries'][number]) =>
    shown.get(params.symbol) !== String(response.last)
  return prices.filter(isWrong).map(({ params }) => params.symbol)
}

/** A message renders the row of its symbol and no other, however many come. */
export const TwoHundredRows: StoryObj = {
  name: '200 rows',
  play: async ({ canvasElement: canvas }) => {
    await seesStatus(canvas, 'open')
    await speak(canvas, 2_000)
    await nowAndThen(() => received(canvas) > 2_000)
    await expect(received(canvas)).toBeGreaterThan(2_000)
    await speak(canvas, 0)
    await nowAndThen(async () => (await wrongRows(canvas)).length === 0)
    await expect(findAll(canvas, '.ticker-row').length).toBe(200)
    await expect(await wrongRows(canvas)).toEqual([])
    await speak(canvas, 200)
  },
}
