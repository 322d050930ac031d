import type { Meta, StoryObj } from '@storybook/react-vite'

import { BinaryFrames } from './examples/BinaryFrames.tsx'
import binaryFramesCode from './examples/BinaryFrames.tsx?raw'
import { Echo } from './examples/Echo.tsx'
import echoCode from './examples/Echo.tsx?raw'
import { ExpiringToken } from './examples/ExpiringToken.tsx'
import expiringTokenCode from './examples/ExpiringToken.tsx?raw'
import { LivePrices } from './examples/LivePrices.tsx'
import livePricesCode from './examples/LivePrices.tsx?raw'
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
}

/**
 * A frozen server keeps the connection open and says nothing any more, not even goodbye. The heartbeat notices it within
 * `interval + timeout`, and the dead socket is replaced without waiting for its `close`.
 */
export const FrozenServer: StoryObj<typeof LivePrices> = {
  args: { enabled: true, heartbeatInterval: 1_000, heartbeatTimeout: 1_000 },
  parameters: code(livePricesCode),
  render: args => (
    <Workbench faults={['freeze', 'thaw', 'clear']}>
      <LivePrices {...args} />
    </Workbench>
  ),
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
}
