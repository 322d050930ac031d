import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import { JobProgress } from './examples/JobProgress.tsx'
import jobProgressCode from './examples/JobProgress.tsx?raw'
import { PollPrice } from './examples/PollPrice.tsx'
import pollPriceCode from './examples/PollPrice.tsx?raw'
import { CountingPlayground } from './parts/CountingPlayground.tsx'
import { FaultCard } from './parts/FaultCard.tsx'
import { Playground } from './parts/Playground.tsx'
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
} from './parts/play.ts'
import { code, describeStory } from './parts/storyDocs.ts'

const meta = {
  title: 'Hooks/usePolling',
  parameters: describeStory(
    'A query that is asked again and again, with conditional requests: a 304 keeps the data and renders nothing. Polls never ' +
      'overlap, rest while nobody looks, and back off after errors. Take it where some seconds of delay do no harm, and where the ' +
      'server is any HTTP server at all.',
  ),
} satisfies Meta

export default meta

/**
 * Watch the counters: with the feed at rest every poll is a 304, and the price is not rendered again. Look away from the tab,
 * and it pauses; come back, and it polls at once.
 */
export const Prices: StoryObj<typeof PollPrice> = {
  args: { interval: 1_000, whenHidden: 'pause' },
  argTypes: { whenHidden: { control: 'inline-radio', options: ['pause', 'stay'] } },
  parameters: code(pollPriceCode),
  render: args => (
    <CountingPlayground>
      <PollPrice {...args} />
      <FaultCard show={['refuse', 'down', 'delay', 'freeze', 'thaw', 'text', 'html', 'clear']} />
    </CountingPlayground>
  ),
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    const notChanged = () => Number(figure(canvas, 'Not changed (304)'))
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

/** It asks until the job is done, and less often while the job waits in the queue. */
export const UntilDone: StoryObj<typeof JobProgress> = {
  args: { interval: 500, step: 25 },
  parameters: code(jobProgressCode),
  render: args => (
    <Playground>
      <JobProgress {...args} />
      <FaultCard show={['refuse', 'down', 'delay', 'clear']} />
    </Playground>
  ),
  play: async ({ canvasElement: canvas }) => {
    const view = within(canvas)
    for (const percent of [25, 50, 75]) {
      await userEvent.click(view.getByRole('button', { name: 'Let the server work' }))
      await eventually(() => expect(view.getByText(`${percent} % done. Polling.`)).toBeVisible())
    }
    await userEvent.click(view.getByRole('button', { name: 'Let the server work' }))
    await eventually(() => expect(view.getByText('Done. Not polling.')).toBeVisible())
  },
}
