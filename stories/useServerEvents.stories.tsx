import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { EventNotes } from './examples/EventNotes.tsx'
import eventNotesCode from './examples/EventNotes.tsx?raw'
import { EventPrices } from './examples/EventPrices.tsx'
import eventPricesCode from './examples/EventPrices.tsx?raw'
import {
  clickButton,
  comesBack,
  connectionFigure,
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
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    await seesStatus(canvas, 'open')
    await eventually(() => expect(findAll(canvas, '[data-last]').length).toBe(4))
    await stopFeed(demo)
    await pricesConverge(canvas, demo)

    const seen = watchStatus(canvas)
    await clickButton(canvas, 'HTML page')
    await clickButton(canvas, 'Kill')
    await publishPrice(demo, 'BTC', 12_345.67)
    await comesBack(canvas, seen)
    await pricesConverge(canvas, demo)
    const { epoch, seq } = await demo.get<{ epoch: string; seq: number }>('/poll')
    await eventually(() => expect(figure(canvas, 'Last event id')).toBe(`${epoch}:${seq}`))

    const seenLater = watchStatus(canvas)
    await clickButton(canvas, '__proto__')
    await eventually(() => expect(connectionFigure(canvas, 'Unknown')).toBe('1'))
    await expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    await expect(seenLater()).toEqual([])
  },
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
