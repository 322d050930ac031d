import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import { AskThenLive } from './examples/AskThenLive.tsx'
import askThenLiveCode from './examples/AskThenLive.tsx?raw'
import { ErrorReply } from './examples/ErrorReply.tsx'
import errorReplyCode from './examples/ErrorReply.tsx?raw'
import {
  clickButton,
  comesBack,
  demoIn,
  eventually,
  find,
  findAll,
  pricesConverge,
  publishPrice,
  seesStatus,
  stopFeed,
  watchStatus,
} from './parts/play.ts'
import { code, describeStory } from './parts/storyDocs.ts'
import { Workbench } from './parts/Workbench.tsx'

const meta = {
  title: 'Hooks/useSocketQuery',
  parameters: describeStory(
    'A query that is asked over a socket and then kept live by it: the reply and all later pushes with the same `type` and ' +
      '`params` have one key. It asks again only when something was missed. Take it where a component needs the value now and ' +
      'every change after it.',
  ),
} satisfies Meta

export default meta

/**
 * Each row asks once for its symbol. A price renders its own row and no other. These sockets do not resume: after a kill every
 * row is asked for once more, and holds what the server has.
 */
export const AskOnceThenLive: StoryObj<typeof AskThenLive> = {
  args: { symbols: ['BTC', 'ETH', 'SOL', 'ADA'] },
  parameters: code(askThenLiveCode),
  render: args => (
    <Workbench faults={['kill', 'down', 'freeze', 'thaw', 'drop', 'clear']}>
      <AskThenLive {...args} />
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
    await publishPrice(demo, 'ETH', 2_345.67)
    await pricesConverge(canvas, demo)
    await expect(renders('ETH')).toBe(before.ETH + 1)
    await expect(renders('BTC')).toBe(before.BTC)

    const seen = watchStatus(canvas)
    await clickButton(canvas, 'Kill')
    await publishPrice(demo, 'BTC', 12_345.67)
    await comesBack(canvas, seen)
    await pricesConverge(canvas, demo)
  },
}

/** A refused request is the query's `error`, with what the server said. A push for the same key mends it. */
export const AnswerThatIsAnError: StoryObj<typeof ErrorReply> = {
  parameters: code(errorReplyCode),
  render: () => (
    <Workbench faults={['kill', 'delay', 'clear']}>
      <ErrorReply />
    </Workbench>
  ),
  play: async ({ canvasElement: canvas }) => {
    const view = within(canvas)
    await eventually(() => expect(view.getByText('No price: not-found')).toBeVisible())
    await clickButton(canvas, 'List it at 0.10')
    await eventually(() => expect(view.getByText('DOGE is at 0.1000')).toBeVisible())
    await userEvent.clear(view.getByLabelText('Symbol'))
    await userEvent.type(view.getByLabelText('Symbol'), 'BTC')
    await eventually(() => expect(view.getByText(/^BTC is at [\d,.]+$/)).toBeVisible())
  },
}
