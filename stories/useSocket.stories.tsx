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
    'Opens a WebSocket that all components with the same URL share. Its messages update the query cache by `type`. ' +
      'Use it where both sides send, or where messages are frequent. Every story has its own channel of the demo ' +
      'server, and buttons that make the server misbehave.',
  ),
} satisfies Meta

export default meta

/**
 * Four live prices, each in the cache at `['price', { symbol }]`. Click **Kill**: the status shows the next retry, and
 * missed prices arrive in order, because the server resumes at `epoch` and `seq`. Invalid messages only change a
 * counter.
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
 * A frozen server keeps the connection open but sends nothing. The heartbeat detects it within `heartbeatInterval +
 * heartbeatTimeout` (ms) and opens a new socket.
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
 * `request` resolves with the reply of the same `type` and `params`. Requests wait in a queue while the socket is down.
 * Without a reply within `timeout` (ms) the promise rejects.
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

/** Binary frames arrive as `ArrayBuffer` or `Blob`, also after a reconnect. `send` accepts binary data as it is. */
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
 * The server closes with 4401 when the token expires. The client requests one new token and reconnects. Send the token
 * in the query, in a subprotocol or in the first message. It never appears in an event, an error or a query key.
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
