import type { Meta, StoryObj } from '@storybook/react-vite'
import { EventNotes } from './examples/EventNotes.tsx'
import eventNotesCode from './examples/EventNotes.tsx?raw'
import { EventPrices } from './examples/EventPrices.tsx'
import eventPricesCode from './examples/EventPrices.tsx?raw'
import { code, describeStory } from './parts/storyDocs.ts'
import { Workbench } from './parts/Workbench.tsx'

const meta = {
  title: 'Hooks/useServerEvents',
  parameters: describeStory(
    'Reads Server-Sent Events: one response that does not end. It is plain HTTP, so proxies, auth headers and ' +
      'status codes work as usual. After a drop it resumes at the last event id. Use it where the server sends and ' +
      'the page only listens.',
  ),
} satisfies Meta

export default meta

/**
 * After a drop the stream resumes at the last event id. If the server sends nothing for `silenceTimeout` (ms), not even
 * a comment, the stream reconnects. An HTML page instead of a stream is an error that is retried.
 */
export const Prices: StoryObj<typeof EventPrices> = {
  args: { enabled: true, silenceTimeout: 2_500 },
  parameters: code(eventPricesCode),
  render: args => (
    <Workbench
      faults={[
        'kill',
        'freeze',
        'thaw',
        'refuse',
        'down',
        'drop',
        'proto',
        'unknown',
        'html',
        'forget',
        'clear',
      ]}
    >
      <EventPrices {...args} />
    </Workbench>
  ),
}

/** Publishes notes just before and just after the stream is cut. All of them arrive once and in order. */
export const NothingMissed: StoryObj<typeof EventNotes> = {
  args: { max: 60 },
  parameters: code(eventNotesCode),
  render: args => (
    <Workbench faults={['kill', 'down', 'refuse', 'clear']}>
      <EventNotes {...args} />
    </Workbench>
  ),
}
