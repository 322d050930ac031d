import type { Meta } from '@storybook/react-vite'
import { expect, fireEvent, userEvent, within } from 'storybook/test'
import { SYMBOL } from '../fourWays/ways.ts'
import type { Quote } from '../parts/market.ts'
import { demoIn, eventually, find } from '../parts/play.ts'
import * as reader from '../FourWays.stories.tsx'

export default {
  ...reader.default,
  title: 'Tests/FourWays',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

const NAMES = ['polling', 'longPoll', 'serverEvents', 'socket']

async function allShowTheServersPrice(canvas: HTMLElement): Promise<void> {
  const demo = demoIn(canvas)
  await eventually(async () => {
    const { last } = await demo.get<Quote>('/poll', { type: 'price', symbol: SYMBOL })
    const shown = NAMES.map(name => Number(find(canvas, `[data-way="${name}"] [data-last]`).dataset['last']))
    await expect(shown).toEqual([last, last, last, last])
  })
}

async function allAreOpen(canvas: HTMLElement): Promise<void> {
  await eventually(() => {
    const lights = NAMES.map(name => find(canvas, `[data-way="${name}"] .status`).dataset['status'])
    return expect(lights).toEqual(['open', 'open', 'open', 'open'])
  })
}

/** Requests that the server has received so far, by transport. */
async function requestsByTransport(canvas: HTMLElement): Promise<Record<string, number>> {
  const { opened } = await demoIn(canvas).get<{ opened: Record<string, number> }>('/clients')
  return opened
}

async function measuresRequests(canvas: HTMLElement): Promise<void> {
  await eventually(async () => {
    const rows = [...canvas.querySelectorAll<HTMLElement>('.four-ways-table tbody tr')]
    const [polling, longPoll, ...pushed] = rows.map(({ dataset }) => Number(dataset['requests']))
    await expect(polling).toBeGreaterThan(0)
    await expect(longPoll).toBeGreaterThan(0)
    await expect(pushed).toEqual([0, 0])
    for (const { dataset } of rows) await expect(Number(dataset['bytes'])).toBeGreaterThan(0)
  })
}

async function slide(canvas: HTMLElement, name: string, value: number): Promise<void> {
  await fireEvent.change(within(canvas).getByLabelText(name), { target: { value } })
}

export const ShowTheServersPrice: typeof reader.OneFeed = {
  ...reader.OneFeed,
  name: 'all four transports show the server’s price after a drop',
  play: async ({ canvasElement: canvas }) => {
    await allAreOpen(canvas)
    await expect(await requestsByTransport(canvas)).toMatchObject({ socket: 1, events: 1 })
    await slide(canvas, 'Polling interval', 500)
    await measuresRequests(canvas)

    await userEvent.click(within(canvas).getByRole('button', { name: 'Kill' }))
    await eventually(async () =>
      expect(await requestsByTransport(canvas)).toMatchObject({ socket: 2, events: 2 }),
    )
    await allAreOpen(canvas)

    await slide(canvas, 'New prices', 0)
    await eventually(() => within(canvas).getByText('none'))
    await allShowTheServersPrice(canvas)
    // Polls without new data change nothing.
    const { poll = 0 } = await requestsByTransport(canvas)
    await eventually(async () =>
      expect((await requestsByTransport(canvas))['poll']).toBeGreaterThan(poll + 2),
    )
    await allShowTheServersPrice(canvas)
    await allAreOpen(canvas)
  },
}
