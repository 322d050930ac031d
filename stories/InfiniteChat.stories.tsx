import type { Meta, StoryObj } from '@storybook/react-vite'
import { InfiniteChat } from './infiniteChat/InfiniteChat.tsx'
import messageListCode from './infiniteChat/MessageList.tsx?raw'
import messagesCode from './infiniteChat/messages.ts?raw'
import { ConnectionPanel } from './parts/ConnectionPanel.tsx'
import { FaultCard } from './parts/FaultCard.tsx'
import { Playground } from './parts/Playground.tsx'
import { code, describeStory } from './parts/storyDocs.ts'
import { WithoutPrices } from './parts/WithoutPrices.tsx'

const meta = {
  title: 'Screens/Infinite chat',
  component: InfiniteChat,
  parameters: describeStory(
    'Older messages load page by page with `useInfiniteQuery`. New and removed messages are pushed over a socket, and ' +
      'updaters change the loaded pages of every filter. Nothing is refetched, unless messages were lost.',
  ),
  render: () => (
    <Playground>
      <WithoutPrices />
      <InfiniteChat />
      <ConnectionPanel />
      <FaultCard show={['kill', 'down', 'delay', 'forget', 'clear']} />
    </Playground>
  ),
} satisfies Meta<typeof InfiniteChat>

export default meta

/**
 * Load older messages, visit each filter, then post and remove: every list that shows the message changes, also those that
 * you do not see. Click **Forget history**, then **Kill**: the loaded pages are fetched again.
 */
export const LiveHistory: StoryObj<typeof meta> = {
  parameters: code(`${messagesCode}\n// MessageList.tsx\n\n${messageListCode}`),
}
