import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fireEvent, userEvent, within } from 'storybook/test'
import { FourWays } from './fourWays/FourWays.tsx'
import { SYMBOL } from './fourWays/ways.ts'
import type { Quote } from './parts/market.ts'
import { Playground } from './parts/Playground.tsx'
import { demoIn, eventually, find } from './parts/play.ts'

export default {
  title: 'Four ways, one feed',
  component: FourWays,
  // Its docs page is FourWays.mdx.
  tags: ['!autodocs'],
  parameters: { layout: 'padded' },
  render: () => (
    <Playground>
      <FourWays />
    </Playground>
  ),
} satisfies Meta<typeof FourWays>

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

/** Polling, long polling, Server-Sent Events and a WebSocket bring the same price, each into a cache of its own. */
export const OneFeed: StoryObj = {
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement)
    const demo = demoIn(canvasElement)
    const { opened } = await eventually(async () => {
      await allAreOpen(canvasElement)
      return demo.get<{ opened: Record<string, number> }>('/clients')
    })
    await expect(opened).toMatchObject({ socket: 1, events: 1 })

    const [rate, interval] = canvas.getAllByRole('slider') as [HTMLElement, HTMLElement]
    await fireEvent.change(interval, { target: { value: '500' } })
    const rows = () => [...canvasElement.querySelectorAll<HTMLElement>('.four-ways-table tbody tr')]
    await eventually(async () => {
      const [polling, longPoll, serverEvents, socket] = rows().map(({ dataset }) =>
        Number(dataset['requests']),
      )
      await expect(polling).toBeGreaterThan(0)
      await expect(longPoll).toBeGreaterThan(0)
      await expect([serverEvents, socket]).toEqual([0, 0])
    })
    for (const { dataset } of rows()) await expect(Number(dataset['bytes'])).toBeGreaterThan(0)

    await userEvent.click(canvas.getByRole('button', { name: 'Kill' }))
    await eventually(async () => {
      const after = await demo.get<{ opened: Record<string, number> }>('/clients')
      await expect(after.opened).toMatchObject({ socket: 2, events: 2 })
    })
    await allAreOpen(canvasElement)

    await fireEvent.change(rate, { target: { value: '0' } })
    await canvas.findByText('none')
    await allShowTheServersPrice(canvasElement)
  },
}
