import type { Meta } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import {
  clickButton,
  comesBack,
  demoIn,
  eventually,
  figure,
  findAll,
  seesStatus,
  watchStatus,
} from '../parts/play.ts'
import * as reader from '../Subscriptions.stories.tsx'

export default {
  ...reader.default,
  title: 'Tests/Subscriptions',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

/** Waits until the server holds as many subscriptions as there are rows, all of them live. */
async function holdsWhatIsOnScreen(canvas: HTMLElement): Promise<void> {
  await eventually(async () => {
    const { held } = await demoIn(canvas).get<{ held: number }>('/subscriptions')
    const rows = findAll(canvas, '[data-symbol]')
    await expect(rows.length).toBeGreaterThan(50)
    await expect(rows.filter(({ dataset }) => dataset['live'] !== 'true')).toEqual([])
    await expect(held).toBe(rows.length)
    await expect([figure(canvas, 'On screen'), figure(canvas, 'Held by the server')]).toEqual([
      String(rows.length),
      String(rows.length),
    ])
  })
}

const symbolsIn = (canvas: HTMLElement) =>
  findAll(canvas, '[data-symbol]').map(({ dataset }) => dataset['symbol'])

export const HoldWhatIsOnScreen: typeof reader.TwoThousandSymbols = {
  ...reader.TwoThousandSymbols,
  name: 'the server holds what is on screen, after a far scroll and a drop, too',
  play: async ({ canvasElement: canvas }) => {
    await seesStatus(canvas, 'open')
    await holdsWhatIsOnScreen(canvas)
    const before = symbolsIn(canvas)
    await clickButton(canvas, 'Scroll far')
    await eventually(() => expect(symbolsIn(canvas).filter(symbol => before.includes(symbol))).toEqual([]))
    await holdsWhatIsOnScreen(canvas)
    const statuses = watchStatus(canvas)
    await clickButton(canvas, 'Drop the connection')
    await comesBack(canvas, statuses)
    await holdsWhatIsOnScreen(canvas)
  },
}
