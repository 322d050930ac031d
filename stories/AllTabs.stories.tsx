import type { Meta, StoryObj } from '@storybook/react-vite'
import { AllTabs } from './allTabs/AllTabs.tsx'
import tabCode from './allTabs/Tab.tsx?raw'
import { Playground } from './parts/Playground.tsx'
import { describeStory } from './parts/storyDocs.ts'

const { docs } = describeStory(
  'Two pages of one origin share one socket, which a shared worker holds. The first page that is ready opens it with its ' +
    'token and its position, and the other joins. Each page has its own cache, handlers and recovery.\n\nThe worker hands ' +
    'messages over in batches. It gives a page the next batch once the page has handled the last one.',
)

const meta = {
  title: 'Screens/All tabs',
  component: AllTabs,
  parameters: { docs: { ...docs, source: { code: tabCode } } },
  render: () => (
    <Playground>
      <AllTabs />
    </Playground>
  ),
} satisfies Meta<typeof AllTabs>

export default meta

/** Close a tab, drop the connection, or stop sharing, and compare the sockets at the server. */
export const OneConnection: StoryObj<typeof meta> = {
  name: 'One connection',
}
