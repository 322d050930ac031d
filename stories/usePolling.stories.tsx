import type { Meta, StoryObj } from '@storybook/react-vite'
import { JobProgress } from './examples/JobProgress.tsx'
import jobProgressCode from './examples/JobProgress.tsx?raw'
import { PollPrice } from './examples/PollPrice.tsx'
import pollPriceCode from './examples/PollPrice.tsx?raw'
import { CountingPlayground } from './parts/CountingPlayground.tsx'
import { FaultCard } from './parts/FaultCard.tsx'
import { Playground } from './parts/Playground.tsx'
import { code, describeStory } from './parts/storyDocs.ts'

const meta = {
  title: 'Hooks/usePolling',
  parameters: describeStory(
    'Refetches a URL at an interval, with conditional requests: a 304 keeps the data and re-renders nothing. Polls ' +
      'never overlap, pause while the tab is hidden, and back off after errors. Use it where a delay of some seconds ' +
      'is fine. Any HTTP server will do.',
  ),
} satisfies Meta

export default meta

/**
 * Watch the counters: while the price stays the same, each poll is a 304 and re-renders nothing. Switch to another tab
 * to pause, and come back to poll at once.
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
}

/** Polls until the job is done, and less often while the job is queued. Click **Advance the job**. */
export const UntilDone: StoryObj<typeof JobProgress> = {
  args: { interval: 500, step: 25 },
  parameters: code(jobProgressCode),
  render: args => (
    <Playground>
      <JobProgress {...args} />
      <FaultCard show={['refuse', 'down', 'delay', 'clear']} />
    </Playground>
  ),
}
