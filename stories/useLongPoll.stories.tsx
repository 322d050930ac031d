import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { HeldNotes } from './examples/HeldNotes.tsx'
import heldNotesCode from './examples/HeldNotes.tsx?raw'
import { HeldPrices } from './examples/HeldPrices.tsx'
import heldPricesCode from './examples/HeldPrices.tsx?raw'
import {
  clickButton,
  comesBack,
  demoIn,
  eventually,
  figure,
  findAll,
  notesAre,
  pricesConverge,
  publishPrice,
  seesStatus,
  stopFeed,
  watchStatus,
} from './parts/play.ts'
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
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    await seesStatus(canvas, 'open')
    await eventually(() => expect(findAll(canvas, '[data-last]').length).toBe(4))
    await stopFeed(demo)
    await pricesConverge(canvas, demo)
    await eventually(() => expect(figure(canvas, 'Held now')).toBe('1'))
    await expect(Number(figure(canvas, 'Requests so far'))).toBeGreaterThan(1)

    const seen = watchStatus(canvas)
    await clickButton(canvas, 'HTML page')
    await clickButton(canvas, 'Kill')
    await publishPrice(demo, 'BTC', 12_345.67)
    await comesBack(canvas, seen)
    await pricesConverge(canvas, demo)
    const cursor = figure(canvas, 'Cursor')

    const seenLater = watchStatus(canvas)
    await clickButton(canvas, 'Forget history')
    await publishPrice(demo, 'ETH', 2_345.67)
    await eventually(() => expect(figure(canvas, 'Cursor')).not.toBe(cursor))
    await pricesConverge(canvas, demo)
    await seesStatus(canvas, 'open')
    await expect(seenLater()).not.toContain('failed')
  },
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
  play: async ({ canvasElement: canvas }) => {
    await seesStatus(canvas, 'open')
    await clickButton(canvas, 'Publish 5 notes')
    await notesAre(canvas, 5)
    const seen = watchStatus(canvas)
    await clickButton(canvas, '5 notes, down 1 s, 5 notes')
    await comesBack(canvas, seen)
    await notesAre(canvas, 15)
  },
}
