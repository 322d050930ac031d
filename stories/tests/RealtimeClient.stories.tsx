import type { Meta } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { clickButton, demoIn, eventually, find, findAll, publishPrice, stopFeed } from '../parts/play.ts'
import * as reader from '../RealtimeClient.stories.tsx'

export default {
  title: 'Tests/RealtimeClient',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

interface Clients {
  opened: { socket: number }
}

export const PrefetchInALoader: typeof reader.PrefetchInALoader = {
  ...reader.PrefetchInALoader,
  name: 'loaders and pages share one socket, and the page on screen is live',
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    const shows = (last: number) =>
      eventually(() => expect(find(canvas, `[data-last="${last}"]`).textContent).toBeTruthy())
    await eventually(() => expect(findAll(canvas, '[data-last]').length).toBe(1))
    await stopFeed(demo)
    await publishPrice(demo, 'BTC', 1_234.5)
    await shows(1_234.5)
    await clickButton(canvas, 'ETH')
    await publishPrice(demo, 'ETH', 2_345.5)
    await shows(2_345.5)
    await clickButton(canvas, 'BTC')
    await shows(1_234.5)
    await expect((await demo.get<Clients>('/clients')).opened.socket).toBe(1)
  },
}
