import type { Meta } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import {
  clickButton,
  comesBack,
  demoIn,
  eventually,
  find,
  findAll,
  pricesConverge,
  publishPrice,
  seesStatus,
  stopFeed,
  watchStatus,
} from '../parts/play.ts'
import * as reader from '../useSocketQuery.stories.tsx'

export default {
  title: 'Tests/useSocketQuery',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

export const RenderOneRow: typeof reader.RequestOnceThenLive = {
  ...reader.RequestOnceThenLive,
  name: 'a price re-renders only its row, and a kill loses no price',
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    await seesStatus(canvas, 'open')
    await eventually(() => expect(findAll(canvas, '[data-last]').length).toBe(4))
    await stopFeed(demo)
    await pricesConverge(canvas, demo)

    const renders = (symbol: string) => Number(find(canvas, `[data-renders="${symbol}"]`).textContent)
    const before = { BTC: renders('BTC'), ETH: renders('ETH') }
    await publishPrice(demo, 'ETH', 2_345.67)
    await pricesConverge(canvas, demo)
    await expect(renders('ETH')).toBe(before.ETH + 1)
    await expect(renders('BTC')).toBe(before.BTC)

    const seen = watchStatus(canvas)
    await clickButton(canvas, 'Kill')
    await publishPrice(demo, 'BTC', 12_345.67)
    await comesBack(canvas, seen)
    await pricesConverge(canvas, demo)
  },
}

export const RecoverFromRefusal: typeof reader.RefusedRequest = {
  ...reader.RefusedRequest,
  name: 'a refused request shows its error until a push brings the price',
  play: async ({ canvasElement: canvas }) => {
    const view = within(canvas)
    await eventually(() => expect(view.getByText('No price: not-found')).toBeVisible())
    await clickButton(canvas, 'Publish a price of 0.10')
    await eventually(() => expect(view.getByText('DOGE is at 0.1000')).toBeVisible())
    await userEvent.clear(view.getByLabelText('Symbol'))
    await userEvent.type(view.getByLabelText('Symbol'), 'BTC')
    await eventually(() => expect(view.getByText(/^BTC is at [\d,.]+$/)).toBeVisible())
  },
}
