import type { Meta, StoryObj } from '@storybook/react-vite'
import { Notices } from './examples/Notices.tsx'
import noticesCode from './examples/Notices.tsx?raw'
import { OneKeyEach } from './examples/OneKeyEach.tsx'
import oneKeyEachCode from './examples/OneKeyEach.tsx?raw'
import { code, describeStory } from './parts/storyDocs.ts'
import { Workbench } from './parts/Workbench.tsx'

const meta = {
  title: 'Hooks/useMessage',
  parameters: describeStory(
    'The last message of a type, whichever connection brought it. It opens nothing and never fetches; mounting it is enough for ' +
      'such messages to be kept. Take it deep in the tree, where the value is shown and the connection is no concern.',
  ),
} satisfies Meta

export default meta

/** Two connections and two readers: both readers show the last notice, whichever way it came. */
export const TwoConnections: StoryObj<typeof Notices> = {
  parameters: code(noticesCode),
  render: () => (
    <Workbench>
      <Notices />
    </Workbench>
  ),
}

/** A message renders the readers of its own key and no others, however many messages there are. */
export const RendersByKey: StoryObj<typeof OneKeyEach> = {
  args: { rate: 20 },
  parameters: code(oneKeyEachCode),
  render: args => (
    <Workbench faults={['kill', 'unknown', 'drop', 'clear']}>
      <OneKeyEach {...args} />
    </Workbench>
  ),
}
