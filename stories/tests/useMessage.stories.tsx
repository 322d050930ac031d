import type { Meta } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import {
  clickButton,
  demoIn,
  eventually,
  find,
  findAll,
  pricesConverge,
  seesStatus,
  stopFeed,
} from '../parts/play.ts'
import * as reader from '../useMessage.stories.tsx'

export default {
  title: 'Tests/useMessage',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

export const LatestNotice: typeof reader.TwoConnections = {
  ...reader.TwoConnections,
  name: 'every reader shows the latest notice of either connection',
  play: async ({ canvasElement: canvas }) => {
    const view = within(canvas)
    const noticesAre = (text: string) =>
      eventually(() =>
        expect(findAll(canvas, '[data-notice]').map(({ textContent }) => textContent)).toEqual([text, text]),
      )
    await eventually(() => expect(findAll(canvas, '.card .status[data-status="open"]').length).toBe(4))
    const [bySocket, byEvents] = view.getAllByRole('button', { name: 'Publish' })
    await userEvent.click(bySocket as HTMLElement)
    await noticesAre('Over the socket')
    await userEvent.click(byEvents as HTMLElement)
    await noticesAre('As a server-sent event')
    await userEvent.click(bySocket as HTMLElement)
    await noticesAre('Over the socket')
  },
}

export const RenderByKey: typeof reader.RendersByKey = {
  ...reader.RendersByKey,
  name: 'a message re-renders only the readers of its key',
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    await seesStatus(canvas, 'open')
    await eventually(() => expect(findAll(canvas, '[data-last]').length).toBe(4))
    await stopFeed(demo)
    await pricesConverge(canvas, demo)

    const renders = (symbol: string) => Number(find(canvas, `[data-renders="${symbol}"]`).textContent)
    const before = { BTC: renders('BTC'), ETH: renders('ETH') }
    await clickButton(canvas, 'BTC to 50,000')
    await pricesConverge(canvas, demo)
    await expect(find(canvas, '[data-symbol="BTC"]').dataset['last']).toBe('50000')
    await expect(renders('BTC')).toBe(before.BTC + 1)
    await expect(renders('ETH')).toBe(before.ETH)
  },
}
