import type { Meta, StoryObj } from '@storybook/react-vite'
import { ManyUsers } from './examples/ManyUsers.tsx'
import manyUsersCode from './examples/ManyUsers.tsx?raw'
import { ThreeConnections } from './examples/ThreeConnections.tsx'
import threeConnectionsCode from './examples/ThreeConnections.tsx?raw'
import { Card } from './parts/Card.tsx'
import { EventLog } from './parts/EventLog.tsx'
import { FaultCard } from './parts/FaultCard.tsx'
import { Playground } from './parts/Playground.tsx'
import { code, describeStory } from './parts/storyDocs.ts'
import { Workbench } from './parts/Workbench.tsx'

const meta = {
  title: 'Hooks/useRealtime',
  parameters: describeStory(
    'Returns every connection of the provider, for a panel or a status light in the header. It can also close or ' +
      'reconnect all of them.',
  ),
} satisfies Meta

export default meta

/** Three transports side by side. Trigger a fault and compare how each one reacts. */
export const ConnectionsAtAGlance: StoryObj<typeof ThreeConnections> = {
  parameters: code(threeConnectionsCode),
  render: () => (
    <Playground>
      <ThreeConnections />
      <FaultCard show={['kill', 'freeze', 'thaw', 'refuse', 'down', 'text', 'unknown', 'forget', 'clear']} />
      <Card title="Events">
        <EventLog />
      </Card>
    </Playground>
  ),
}

/**
 * A hundred components use the same URL, each with its own options object. They share one socket. It closes shortly
 * after the last component unmounts.
 */
export const OneSocketForAll: StoryObj<typeof ManyUsers> = {
  args: { components: 100 },
  argTypes: { components: { control: { type: 'range', min: 1, max: 1_000 } } },
  parameters: code(manyUsersCode),
  render: args => (
    <Workbench faults={['kill', 'down', 'freeze', 'thaw', 'clear']}>
      <ManyUsers {...args} />
    </Workbench>
  ),
}
