import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import { Notices } from './examples/Notices.tsx'
import noticesCode from './examples/Notices.tsx?raw'
import { OneKeyEach } from './examples/OneKeyEach.tsx'
import oneKeyEachCode from './examples/OneKeyEach.tsx?raw'
import {
  clickButton,
  demoIn,
  eventually,
  find,
  findAll,
  pricesConverge,
  seesStatus,
  stopFeed,
} from './parts/play.ts'
import { code, describeStory } from './parts/storyDocs.ts'
import { Workbench } from './parts/Workbench.tsx'

const meta = {
  title: 'Hooks/useMessage',
  parameters: describeStory(
    'The last message of a type, whichever connection brought it. It opens nothing and never fetches; mounting it is enough for ' +
      'such messages to be kept. Take it deep in the tree, where the value is shown and the connection is no concern.',
  ),
} satisfies Meta

export default meta

/** Two connections and two readers: both readers show the last notice, whichever way it came. */
export const WhicheverWayItCame: StoryObj<typeof Notices> = {
  parameters: code(noticesCode),
  render: () => (
    <Workbench>
      <Notices />
    </Workbench>
  ),
  play: async ({ canvasElement: canvas }) => {
    const view = within(canvas)
    const noticesAre = (text: string) =>
      eventually(() =>
        expect(findAll(canvas, '[data-notice]').map(({ textContent }) => textContent)).toEqual([text, text]),
      )
    await eventually(() => expect(findAll(canvas, '.card .status[data-status="open"]').length).toBe(4))
    const [bySocket, byEvents] = view.getAllByRole('button', { name: 'Publish' })
    await userEvent.click(bySocket as HTMLElement)
    await noticesAre('Over the socket')
    await userEvent.click(byEvents as HTMLElement)
    await noticesAre('As a server-sent event')
    await userEvent.click(bySocket as HTMLElement)
    await noticesAre('Over the socket')
  },
}

/** A message renders the readers of its own key and no others, however many messages there are. */
export const OneKeyOneReader: StoryObj<typeof OneKeyEach> = {
  args: { rate: 20 },
  parameters: code(oneKeyEachCode),
  render: args => (
    <Workbench faults={['kill', 'unknown', 'drop', 'clear']}>
      <OneKeyEach {...args} />
    </Workbench>
  ),
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    await seesStatus(canvas, 'open')
    await eventually(() => expect(findAll(canvas, '[data-last]').length).toBe(4))
    await stopFeed(demo)
    await pricesConverge(canvas, demo)

    const renders = (symbol: string) => Number(find(canvas, `[data-renders="${symbol}"]`).textContent)
    const before = { BTC: renders('BTC'), ETH: renders('ETH') }
    await clickButton(canvas, 'BTC to 50,000')
    await pricesConverge(canvas, demo)
    await expect(find(canvas, '[data-symbol="BTC"]').dataset['last']).toBe('50000')
    await expect(renders('BTC')).toBe(before.BTC + 1)
    await expect(renders('ETH')).toBe(before.ETH)
  },
}
