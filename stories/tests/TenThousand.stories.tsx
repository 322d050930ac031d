import type { Meta } from '@storybook/react-vite'
import { expect, fireEvent, spyOn, within } from 'storybook/test'
import { clickButton, demoIn, figure, find, findAll, nowAndThen } from '../parts/play.ts'
import type { TenThousand } from '../tenThousand/TenThousand.tsx'
import * as reader from '../TenThousand.stories.tsx'

export default {
  ...reader.default,
  title: 'Tests/TenThousand',
  tags: ['!dev', '!autodocs'],
} satisfies Meta<typeof TenThousand>

const NAMES = ['library', 'glue']

/** A figure of each side. */
function figures(canvas: HTMLElement, name: string): number[] {
  const text = (side: string) => figure(find(canvas, `[data-side="${side}"]`), name)
  return NAMES.map(side => Number(text(side).replaceAll(',', '')))
}

function points(canvas: HTMLElement): number[] {
  return findAll(canvas, '[data-points]').flatMap(
    ({ dataset }) => dataset['points']?.split(' ').map(Number) ?? [],
  )
}

/** The comparison of each side with the server. */
function equalRows(canvas: HTMLElement): (string | undefined)[] {
  return NAMES.map(side => canvas.querySelector(`[data-equal="${side}"]`)?.textContent)
}

/** Waits until the server publishes at this rate. */
async function rateIs(canvas: HTMLElement, rate: number): Promise<void> {
  const read = async () => (await demoIn(canvas).post<{ rate: number }>('/feed', {})).rate
  await nowAndThen(async () => (await read()) === rate)
  await expect(await read()).toBe(rate)
}

export const ShowEveryPrice: typeof reader.SideBySide = {
  ...reader.SideBySide,
  name: 'both sides show every price once the feed stops',
  play: async ({ canvasElement: canvas, args }) => {
    const logged = spyOn(console, 'error')
    find(canvas, '.sides').scrollIntoView({ block: 'end' })
    await rateIs(canvas, args.rate)
    const isMeasured = () =>
      figures(canvas, 'Messages a second').every(count => count > 0) &&
      points(canvas).every(count => count > 1)
    await nowAndThen(isMeasured)
    await expect(Math.min(...figures(canvas, 'Messages a second'))).toBeGreaterThan(0)
    await expect(points(canvas).length).toBe(4)
    await expect(Math.min(...points(canvas))).toBeGreaterThan(1)

    await clickButton(canvas, '10,000 a second')
    await rateIs(canvas, 10_000)
    const isShown = () => within(canvas).queryByText('10,000 a second', { selector: 'output' }) !== null
    await nowAndThen(isShown)
    await expect(isShown()).toBe(true)
    await fireEvent.change(within(canvas).getByLabelText('Messages to each side'), { target: { value: 0 } })
    await rateIs(canvas, 100)

    await clickButton(canvas, 'Stop')
    await rateIs(canvas, 0)
    const all = ['this library 100 of 100', 'handwritten code 100 of 100']
    await nowAndThen(() => equalRows(canvas).join() === all.join())
    await expect(equalRows(canvas)).toEqual(all)
    await expect(logged).not.toHaveBeenCalled()
  },
}
