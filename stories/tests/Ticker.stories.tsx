import type { Meta } from '@storybook/react-vite'
import { expect, fireEvent, within } from 'storybook/test'
import type { Quote } from '../parts/market.ts'
import { demoIn, figure, findAll, nowAndThen, seesStatus } from '../parts/play.ts'
import * as reader from '../Ticker.stories.tsx'

export default {
  ...reader.default,
  title: 'Tests/Ticker',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

const received = (canvas: HTMLElement) => Number(figure(canvas, 'Messages so far').replaceAll(',', ''))

async function setRate(canvas: HTMLElement, rate: number): Promise<void> {
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

export const ShowTheLastPrice: typeof reader.TwoHundredRows = {
  ...reader.TwoHundredRows,
  name: 'every row shows the server’s price after a burst',
  play: async ({ canvasElement: canvas }) => {
    await seesStatus(canvas, 'open')
    await setRate(canvas, 2_000)
    await nowAndThen(() => received(canvas) > 2_000)
    await expect(received(canvas)).toBeGreaterThan(2_000)
    await setRate(canvas, 0)
    await nowAndThen(async () => (await wrongRows(canvas)).length === 0)
    await expect(findAll(canvas, '.ticker-row').length).toBe(200)
    await expect(await wrongRows(canvas)).toEqual([])
  },
}
