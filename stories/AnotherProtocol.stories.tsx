import type { Meta, StoryObj } from '@storybook/react-vite'
import { AnotherProtocol } from './anotherProtocol/AnotherProtocol.tsx'
import marketCode from './anotherProtocol/graphqlMarket.ts?raw'
import { ConnectionPanel } from './parts/ConnectionPanel.tsx'
import { Playground } from './parts/Playground.tsx'
import { describeStory } from './parts/storyDocs.ts'

const { docs } = describeStory(
  'The server is graphql-ws. The option `protocol` translates its frames; hooks and cache work as with any other server.',
)

export default {
  title: 'Screens/Another protocol',
  component: AnotherProtocol,
  parameters: { docs: { ...docs, source: { code: marketCode } } },
  render: () => (
    <Playground>
      <AnotherProtocol />
      <ConnectionPanel />
    </Playground>
  ),
} satisfies Meta<typeof AnotherProtocol>

/** Rows subscribe and unsubscribe by GraphQL operations. */
export const Graphql: StoryObj = {
  name: 'GraphQL',
}
