import type { Meta, StoryObj } from '@storybook/react-vite'
import { RouterLoader } from './examples/RouterLoader.tsx'
import routerLoaderCode from './examples/RouterLoader.tsx?raw'
import { code, describeStory } from './parts/storyDocs.ts'
import { Workbench } from './parts/Workbench.tsx'

const meta = {
  title: 'Hooks/RealtimeClient',
  parameters: describeStory(
    'Sends, requests and prefetches outside components: in router loaders, stores and event handlers. A loader and its ' +
      'page open one socket and send one request, and the page is live.',
  ),
} satisfies Meta

export default meta

/**
 * The loader of each page requests its price before the page mounts. Change the page: the socket stays, and each page sends one
 * request.
 */
export const PrefetchInALoader: StoryObj<typeof RouterLoader> = {
  parameters: code(routerLoaderCode),
  render: () => (
    <Workbench faults={['kill', 'down', 'clear']}>
      <RouterLoader />
    </Workbench>
  ),
}
