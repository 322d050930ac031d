import type { Meta } from '@storybook/react-vite'
import { expect } from 'storybook/test'
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
} from '../parts/play.ts'
import * as reader from '../useServerEvents.stories.tsx'

export default {
  title: 'Tests/useServerEvents',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

export const ResumePrices: typeof reader.Prices = {
  ...reader.Prices,
  name: 'prices resume at the last event id after a kill',
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
    await eventually(() => expect(connectionFigure(canvas, 'Unknown type')).toBe('1'))
    await expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    await expect(seenLater()).toEqual([])
  },
}

export const EachNoteOnce: typeof reader.NothingMissed = {
  ...reader.NothingMissed,
  name: 'no note is missed or repeated when the stream is cut',
  play: async ({ canvasElement: canvas }) => {
    await seesStatus(canvas, 'open')
    await clickButton(canvas, 'Publish 5 notes')
    await notesAre(canvas, 5)
    const seen = watchStatus(canvas)
    await clickButton(canvas, 'Publish 5, drop for 1 s, publish 5')
    await comesBack(canvas, seen)
    await notesAre(canvas, 15)
  },
}
