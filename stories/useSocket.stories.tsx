import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import { BinaryFrames } from './examples/BinaryFrames.tsx'
import binaryFramesCode from './examples/BinaryFrames.tsx?raw'
import { Echo } from './examples/Echo.tsx'
import echoCode from './examples/Echo.tsx?raw'
import { ExpiringToken } from './examples/ExpiringToken.tsx'
import expiringTokenCode from './examples/ExpiringToken.tsx?raw'
import { LivePrices } from './examples/LivePrices.tsx'
import livePricesCode from './examples/LivePrices.tsx?raw'
import {
  clickButton,
  comesBack,
  connectionFigure,
  demoIn,
  eventually,
  figure,
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
  title: 'Hooks/useSocket',
  parameters: describeStory(
    'A WebSocket, shared by all components that name the same URL. Its messages go into the query cache by their ' +
      '`type`. Take it where both sides talk, or where messages are many. Every story here has a channel of the demo ' +
      'server for itself, and buttons that make the server misbehave.',
  ),
} satisfies Meta

export default meta

/**
 * Four prices, live, each in the cache at `['price', { symbol }]`. Kill the connection: the light says when it tries again,
 * and what was missed comes in order, as the server resumes at `epoch` and `seq`. Garbage changes a counter and nothing else.
 */
export const Prices: StoryObj<typeof LivePrices> = {
  args: { enabled: true, heartbeatInterval: 2_000, heartbeatTimeout: 2_000 },
  parameters: code(livePricesCode),
  render: args => (
    <Workbench
      faults={['kill', 'refuse', 'down', 'delay', 'drop', 'text', 'proto', 'unknown', 'forget', 'clear']}
    >
      <LivePrices {...args} />
    </Workbench>
  ),
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    await seesStatus(canvas, 'open')
    await eventually(() => expect(figure(canvas, 'Heartbeat there and back')).toMatch(/^\d+ ms$/))
    await stopFeed(demo)
    await pricesConverge(canvas, demo)

    const seen = watchStatus(canvas)
    await clickButton(canvas, 'Kill')
    await publishPrice(demo, 'BTC', 12_345.67)
    await comesBack(canvas, seen)
    await pricesConverge(canvas, demo)

    const seenLater = watchStatus(canvas)
    await clickButton(canvas, 'Broken JSON')
    await eventually(() => expect(connectionFigure(canvas, 'Bad')).toBe('1'))
    await clickButton(canvas, '__proto__')
    await eventually(() => expect(connectionFigure(canvas, 'Unknown')).toBe('1'))
    await expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    await publishPrice(demo, 'ETH', 2_345.67)
    await pricesConverge(canvas, demo)
    await expect(seenLater()).toEqual([])
  },
}

/**
 * A frozen server keeps the connection open and says nothing any more, not even goodbye. The heartbeat notices it within
 * `interval + timeout`, and the dead socket is replaced without waiting for its `close`.
 */
export const DeadLink: StoryObj<typeof LivePrices> = {
  args: { enabled: true, heartbeatInterval: 1_000, heartbeatTimeout: 1_000 },
  parameters: code(livePricesCode),
  render: args => (
    <Workbench faults={['freeze', 'thaw', 'clear']}>
      <LivePrices {...args} />
    </Workbench>
  ),
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    await seesStatus(canvas, 'open')
    await eventually(() => expect(findAll(canvas, '[data-last]').length).toBe(4))
    const seen = watchStatus(canvas)
    await clickButton(canvas, 'Freeze')
    await eventually(() => expect(seen()).toContain('reconnecting'))
    await stopFeed(demo)
    await publishPrice(demo, 'BTC', 12_345.67)
    await clickButton(canvas, 'Thaw')
    await comesBack(canvas, seen)
    await pricesConverge(canvas, demo)
  },
}

/**
 * `request` resolves with the envelope that has the same `type` and `params`. What is asked while the socket is down waits in
 * a queue; without a reply within `timeout` the promise rejects.
 */
export const RequestAndReply: StoryObj<typeof Echo> = {
  args: { timeout: 10_000 },
  parameters: code(echoCode),
  render: args => (
    <Workbench faults={['kill', 'freeze', 'thaw', 'down', 'delay', 'clear']}>
      <Echo {...args} />
    </Workbench>
  ),
  play: async ({ canvasElement: canvas }) => {
    const view = within(canvas)
    await seesStatus(canvas, 'open')
    await clickButton(canvas, 'Ask')
    await eventually(() => expect(view.getByText('The server says: Hello')).toBeVisible())

    const seen = watchStatus(canvas)
    await demoIn(canvas).post('/faults', { fault: 'down', ms: 1_000 })
    await eventually(() => expect(seen()).toContain('reconnecting'))
    await userEvent.type(view.getByLabelText('Text'), ' again')
    await clickButton(canvas, 'Ask')
    await expect(view.getByText('Waiting for the reply…')).toBeVisible()
    await comesBack(canvas, seen)
    await eventually(() => expect(view.getByText('The server says: Hello again')).toBeVisible())
  },
}

/** Binary frames come as `ArrayBuffer` or as `Blob`, also after a reconnect, and go out as they are given. */
export const BinaryData: StoryObj<typeof BinaryFrames> = {
  args: { binaryType: 'arraybuffer', bytes: 1_024 },
  argTypes: { binaryType: { control: 'inline-radio', options: ['arraybuffer', 'blob'] } },
  parameters: code(binaryFramesCode),
  render: args => (
    <Workbench faults={['kill', 'text', 'unknown']}>
      <BinaryFrames {...args} />
    </Workbench>
  ),
  play: async ({ canvasElement: canvas, args: { bytes } }) => {
    const framesAre = (count: number) =>
      eventually(() => {
        const frames = findAll(canvas, '[data-frame]').map(({ textContent }) => textContent)
        return expect(frames).toEqual(Array<string>(count).fill(`ArrayBuffer, ${bytes} bytes`))
      })
    await seesStatus(canvas, 'open')
    await clickButton(canvas, `Ask for ${bytes} bytes`)
    await framesAre(1)
    const seen = watchStatus(canvas)
    await clickButton(canvas, 'Kill')
    await comesBack(canvas, seen)
    await clickButton(canvas, `Ask for ${bytes} bytes`)
    await framesAre(2)
    await clickButton(canvas, `Send ${bytes} bytes, to be echoed`)
    await framesAre(3)
  },
}

/**
 * The server closes with 4401 when the token expires: it is refreshed once, and the link comes back. The token can go in the
 * query, in a subprotocol or in the first message, and never stands in an event, an error or a key.
 */
export const TokenThatExpires: StoryObj<typeof ExpiringToken> = {
  args: { attach: 'query', ttl: 600_000 },
  argTypes: { attach: { control: 'inline-radio', options: ['query', 'protocol', 'first message'] } },
  parameters: code(expiringTokenCode),
  render: args => (
    <Workbench faults={['expire-token', 'kill', 'clear']}>
      <ExpiringToken key={args.attach} {...args} />
    </Workbench>
  ),
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    const issued = async () => (await demo.get<{ issued: number }>('/tokens')).issued
    await seesStatus(canvas, 'open')
    await eventually(() => expect(findAll(canvas, '[data-last]').length).toBe(4))
    const before = await issued()
    const seen = watchStatus(canvas)
    await clickButton(canvas, 'Expire token')
    await comesBack(canvas, seen)
    await stopFeed(demo)
    await pricesConverge(canvas, demo)
    await expect(await issued()).toBe(before + 1)
  },
}
