import type { Meta, StoryObj } from '@storybook/react-vite'
import { ConnectionPanel } from './parts/ConnectionPanel.tsx'
import { FaultCard } from './parts/FaultCard.tsx'
import { Playground } from './parts/Playground.tsx'
import { code, describeStory } from './parts/storyDocs.ts'
import paneCode from './suspense/Pane.tsx?raw'
import pricesCode from './suspense/prices.tsx?raw'
import { SuspensePage } from './suspense/SuspensePage.tsx'

const meta = {
  title: 'Screens/Suspense page',
  component: SuspensePage,
  parameters: describeStory(
    'Each pane suspends until it has data: a reply, the first message of a subscription, the first poll. Nothing is ' +
      'requested or subscribed twice, and a page that you leave while it loads keeps no connection.',
  ),
  render: () => (
    <Playground>
      <SuspensePage />
      <ConnectionPanel />
      <FaultCard show={['delay', 'freeze', 'thaw', 'kill', 'down', 'clear']} />
    </Playground>
  ),
} satisfies Meta<typeof SuspensePage>

export default meta

/**
 * Click **Delay 1 s**, then another symbol: the old prices stay until the new ones are there. Without the transition, skeletons
 * show. The unknown symbol shows the error boundaries.
 */
export const SymbolPage: StoryObj<typeof meta> = {
  parameters: code(`${pricesCode}\n// Pane.tsx\n\n${paneCode}`),
}
