import type { Meta, StoryObj } from '@storybook/react-vite'
import { HeldNotes } from './examples/HeldNotes.tsx'
import heldNotesCode from './examples/HeldNotes.tsx?raw'
import { HeldPrices } from './examples/HeldPrices.tsx'
import heldPricesCode from './examples/HeldPrices.tsx?raw'
import { code, describeStory } from './parts/storyDocs.ts'
import { Workbench } from './parts/Workbench.tsx'

const meta = {
  title: 'Hooks/useLongPoll',
  parameters: describeStory(
    'A request that the server holds until it has something to say, and the next one right after it. It works through every ' +
      'proxy there is. Take it where streams and sockets do not get through, or where news is rare.',
  ),
} satisfies Meta

export default meta

/**
 * Each price ends one request and begins the next; the cursor (`ETag` and `Last-Modified`, as a pair) says where to go on. Stop
 * the feed by a long `hold`, and one request is held.
 */
export const Prices: StoryObj<typeof HeldPrices> = {
  args: { enabled: true, hold: 10_000 },
  parameters: code(heldPricesCode),
  render: args => (
    <Workbench faults={['kill', 'refuse', 'down', 'delay', 'text', 'unknown', 'html', 'forget', 'clear']}>
      <HeldPrices {...args} />
    </Workbench>
  ),
}

/** Notes are published just before and just after the request is cut. All of them are there, once each and in order. */
export const NothingMissed: StoryObj<typeof HeldNotes> = {
  args: { max: 60 },
  parameters: code(heldNotesCode),
  render: args => (
    <Workbench faults={['kill', 'down', 'refuse', 'clear']}>
      <HeldNotes {...args} />
    </Workbench>
  ),
}
