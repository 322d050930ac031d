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
}
