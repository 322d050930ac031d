import type { Meta } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import {
  clickButton,
  demoIn,
  eventually,
  figure,
  find,
  findAll,
  pricesConverge,
  publishPrice,
  stopFeed,
} from '../parts/play.ts'
import * as reader from '../usePolling.stories.tsx'

export default {
  title: 'Tests/usePolling',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

export const NotChanged: typeof reader.Prices = {
  ...reader.Prices,
  name: 'a 304 re-renders nothing, and a resume polls at once',
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    const notChanged = () => Number(figure(canvas, 'Unchanged (304)'))
    const polls = () => notChanged() + Number(figure(canvas, 'New (200)'))
    await eventually(() => expect(findAll(canvas, '[data-last]').length).toBe(1))
    await stopFeed(demo)
    await publishPrice(demo, 'BTC', 12_345.67)
    await pricesConverge(canvas, demo)

    const renders = find(canvas, '[data-renders="BTC"]').textContent
    const before = notChanged()
    await eventually(() => expect(notChanged()).toBeGreaterThan(before + 1))
    await expect(find(canvas, '[data-renders="BTC"]').textContent).toBe(renders)

    await clickButton(canvas, 'HTML page')
    await eventually(() => expect(within(canvas).getByText(/^The last poll failed/)).toBeVisible())
    await publishPrice(demo, 'BTC', 23_456.78)
    await pricesConverge(canvas, demo)

    await clickButton(canvas, 'Pause')
    await eventually(() => expect(figure(canvas, 'Paused by')).toBe('user'))
    const rested = polls()
    await publishPrice(demo, 'BTC', 34_567.89)
    await clickButton(canvas, 'Resume')
    await pricesConverge(canvas, demo)
    await expect(polls()).toBeGreaterThan(rested)
  },
}

export const StopWhenDone: typeof reader.UntilDone = {
  ...reader.UntilDone,
  name: 'polling stops when the job is done',
  play: async ({ canvasElement: canvas }) => {
    const view = within(canvas)
    for (const percent of [25, 50, 75]) {
      await userEvent.click(view.getByRole('button', { name: 'Advance the job' }))
      await eventually(() => expect(view.getByText(`${percent} % done. Polling.`)).toBeVisible())
    }
    await userEvent.click(view.getByRole('button', { name: 'Advance the job' }))
    await eventually(() => expect(view.getByText('Done. Not polling.')).toBeVisible())
  },
}
