import type { Meta, StoryObj } from '@storybook/react-vite'
import { RequestThenLive } from './examples/RequestThenLive.tsx'
import requestThenLiveCode from './examples/RequestThenLive.tsx?raw'
import { ErrorReply } from './examples/ErrorReply.tsx'
import errorReplyCode from './examples/ErrorReply.tsx?raw'
import { code, describeStory } from './parts/storyDocs.ts'
import { Workbench } from './parts/Workbench.tsx'

const meta = {
  title: 'Hooks/useSocketQuery',
  parameters: describeStory(
    'A query that is requested over a socket and then kept live by it. The reply and all later pushes with the ' +
      'same `type` and `params` share one key. It refetches only after missed messages. Use it where a component ' +
      'needs the value now and every change after it.',
  ),
} satisfies Meta

export default meta

/**
 * Each row requests its symbol once. A price re-renders its own row only. This socket does not resume: after a drop
 * each row refetches once and shows the current price.
 */
export const RequestOnceThenLive: StoryObj<typeof RequestThenLive> = {
  args: { symbols: ['BTC', 'ETH', 'SOL', 'ADA'] },
  parameters: code(requestThenLiveCode),
  render: args => (
    <Workbench faults={['kill', 'down', 'freeze', 'thaw', 'drop', 'clear']}>
      <RequestThenLive {...args} />
    </Workbench>
  ),
}

/**
 * A refused request sets the query's `error`, with the details from the server. A push for the same key clears it.
 */
export const RefusedRequest: StoryObj<typeof ErrorReply> = {
  parameters: code(errorReplyCode),
  render: () => (
    <Workbench faults={['kill', 'delay', 'clear']}>
      <ErrorReply />
    </Workbench>
  ),
}
