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
    'Returns the latest message of a type, from any connection. It opens no connection and never fetches. Use it ' +
      'deep in the tree, where a component shows a value and does not care about the connection.',
  ),
} satisfies Meta

export default meta

/** Two connections and two readers: both readers show the latest notice, whichever connection delivered it. */
export const TwoConnections: StoryObj<typeof Notices> = {
  parameters: code(noticesCode),
  render: () => (
    <Workbench>
      <Notices />
    </Workbench>
  ),
}

/** A message re-renders only the components that read its key. Watch the render counts. */
export const RendersByKey: StoryObj<typeof OneKeyEach> = {
  args: { rate: 20 },
  parameters: code(oneKeyEachCode),
  render: args => (
    <Workbench faults={['kill', 'unknown', 'drop', 'clear']}>
      <OneKeyEach {...args} />
    </Workbench>
  ),
}
