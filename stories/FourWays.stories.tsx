import type { Meta, StoryObj } from '@storybook/react-vite'
import { FourWays } from './fourWays/FourWays.tsx'
import { Playground } from './parts/Playground.tsx'

export default {
  title: 'Four ways, one feed',
  component: FourWays,
  // Its docs page is FourWays.mdx.
  tags: ['!autodocs'],
  parameters: { layout: 'padded' },
  render: () => (
    <Playground>
      <FourWays />
    </Playground>
  ),
} satisfies Meta<typeof FourWays>

/** The same price over polling, long polling, Server-Sent Events and a WebSocket, each with its own cache. */
export const OneFeed: StoryObj = {}
