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
    'Sends a request that the server holds until it has news, then sends the next one. It is plain HTTP without a ' +
      'stream. Use it where streams and sockets are blocked, or where news is rare.',
  ),
} satisfies Meta

export default meta

/**
 * Each price completes one request and starts the next. The cursor (`ETag` and `Last-Modified`) tells the server where
 * to continue. A long `hold` keeps one request open while there is no news.
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

/** Publishes notes just before and just after the request is cut. All of them arrive once and in order. */
export const NothingMissed: StoryObj<typeof HeldNotes> = {
  args: { max: 60 },
  parameters: code(heldNotesCode),
  render: args => (
    <Workbench faults={['kill', 'down', 'refuse', 'clear']}>
      <HeldNotes {...args} />
    </Workbench>
  ),
}
