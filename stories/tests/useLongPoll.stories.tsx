import type { Meta } from '@storybook/react-vite'
import { expect } from 'storybook/test'
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
} from '../parts/play.ts'
import * as reader from '../useLongPoll.stories.tsx'

export default {
  title: 'Tests/useLongPoll',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

export const RecoverPrices: typeof reader.Prices = {
  ...reader.Prices,
  name: 'prices recover from a kill, an HTML page and a lost history',
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    await seesStatus(canvas, 'open')
    await eventually(() => expect(findAll(canvas, '[data-last]').length).toBe(4))
    await stopFeed(demo)
    await pricesConverge(canvas, demo)
    await eventually(() => expect(figure(canvas, 'Held requests')).toBe('1'))
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

export const EachNoteOnce: typeof reader.NothingMissed = {
  ...reader.NothingMissed,
  name: 'no note is missed or repeated when a request is cut',
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
