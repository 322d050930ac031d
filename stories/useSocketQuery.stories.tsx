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
export const RequestOnceThenLive: StoryObj<typeof RequestThenLive> = {
  args: { symbols: ['BTC', 'ETH', 'SOL', 'ADA'] },
  parameters: code(requestThenLiveCode),
  render: args => (
    <Workbench faults={['kill', 'down', 'freeze', 'thaw', 'drop', 'clear']}>
      <RequestThenLive {...args} />
    </Workbench>
  ),
}

/** A refused request is the query's `error`, with what the server said. A push for the same key mends it. */
export const RefusedRequest: StoryObj<typeof ErrorReply> = {
  parameters: code(errorReplyCode),
  render: () => (
    <Workbench faults={['kill', 'delay', 'clear']}>
      <ErrorReply />
    </Workbench>
  ),
}
