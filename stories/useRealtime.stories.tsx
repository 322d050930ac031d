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
    'Everything that the provider has open, for a panel or for one status light in the header, and a way to close or reconnect ' +
      'all of it.',
  ),
} satisfies Meta

export default meta

/** Three transports side by side: make one fault, and see how each of them takes it. */
export const ConnectionsAtAGlance: StoryObj<typeof ThreeConnections> = {
  parameters: code(threeConnectionsCode),
  render: () => (
    <Playground>
      <ThreeConnections />
      <FaultCard show={['kill', 'freeze', 'thaw', 'refuse', 'down', 'text', 'unknown', 'forget', 'clear']} />
      <Card title="What happened">
        <EventLog />
      </Card>
    </Playground>
  ),
}

/**
 * A hundred components name the same URL, each with an options object of its own: there is one socket. Take them away, and it
 * is closed a moment after the last one.
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
