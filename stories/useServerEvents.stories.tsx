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
    'Server-Sent Events: one answer that never ends. It is plain HTTP, so that proxies, tokens in headers and status codes work ' +
      'as ever, and it resumes by itself at the last event id. Take it where the server talks and the page listens.',
  ),
} satisfies Meta

export default meta

/**
 * The id of the last event is where the stream goes on after a loss. A server that says nothing for `silenceTimeout`, not even
 * a comment, counts as dead. An HTML page in place of a stream is an error that is tried again, not a message.
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

/**
 * Notes are published just before and just after the stream is cut. All of them are there, once each and in order, as the
 * server is told the last event id.
 */
export const NothingMissed: StoryObj<typeof EventNotes> = {
  args: { max: 60 },
  parameters: code(eventNotesCode),
  render: args => (
    <Workbench faults={['kill', 'down', 'refuse', 'clear']}>
      <EventNotes {...args} />
    </Workbench>
  ),
}
