import type { Meta } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import * as reader from '../AnotherProtocol.stories.tsx'
import { clickButton, comesBack, eventually, findAll, seesStatus, watchStatus } from '../parts/play.ts'

export default {
  ...reader.default,
  title: 'Tests/Another protocol',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

const prices = (canvas: HTMLElement) =>
  findAll(canvas, '[data-symbol]').map(({ dataset }) => [dataset['symbol'], dataset['last']])

/** Waits until all rows have a price, and then a newer one. */
async function isLive(canvas: HTMLElement, symbols: string[]): Promise<void> {
  await eventually(async () => {
    await expect(prices(canvas).map(([symbol]) => symbol)).toEqual(symbols)
    await expect(prices(canvas).filter(([, last]) => last === undefined)).toEqual([])
  })
  const before = prices(canvas).map(([, last]) => last)
  await eventually(() => expect(prices(canvas).every(([, last], i) => last !== before[i])).toBe(true))
}

export const SubscribesByGraphql: typeof reader.Graphql = {
  ...reader.Graphql,
  name: 'rows are live, are hidden and shown, and come back after a drop',
  play: async ({ canvasElement: canvas }) => {
    await seesStatus(canvas, 'open')
    await isLive(canvas, ['BTC', 'ETH'])
    await clickButton(canvas, 'Hide BTC')
    await clickButton(canvas, 'Show SOL')
    await isLive(canvas, ['ETH', 'SOL'])
    await clickButton(canvas, 'Query one quote')
    await eventually(() => expect(canvas.textContent).toMatch(/SOL is [\d,.]+\./))
    const statuses = watchStatus(canvas)
    await clickButton(canvas, 'Drop the connection')
    await comesBack(canvas, statuses)
    await isLive(canvas, ['ETH', 'SOL'])
  },
}
