import type { Meta, StoryObj } from '@storybook/react-vite'
import { ConnectionPanel } from './parts/ConnectionPanel.tsx'
import { Playground } from './parts/Playground.tsx'
import { describeStory } from './parts/storyDocs.ts'
import rowCode from './subscriptions/SymbolRow.tsx?raw'
import { Subscriptions } from './subscriptions/Subscriptions.tsx'

const { docs } = describeStory(
  'A row subscribes to its symbol while it is mounted. After a drop, everything on screen is subscribed again at once.',
)

export default {
  title: 'Screens/Subscriptions',
  component: Subscriptions,
  parameters: { docs: { ...docs, source: { code: rowCode } } },
  render: () => (
    <Playground>
      <Subscriptions />
      <ConnectionPanel />
    </Playground>
  ),
} satisfies Meta<typeof Subscriptions>

/** Once you stop scrolling, the server holds exactly the rows on screen. */
export const TwoThousandSymbols: StoryObj = {
  name: '2,000 symbols',
}
