import type { Meta, StoryObj } from '@storybook/react-vite'
import { Playground } from './parts/Playground.tsx'
import { code, describeStory } from './parts/storyDocs.ts'
import glueCode from './tenThousand/GlueSide.tsx?raw'
import libraryCode from './tenThousand/LibrarySide.tsx?raw'
import { RATES } from './tenThousand/rates.ts'
import { TenThousand } from './tenThousand/TenThousand.tsx'

const { docs } = describeStory(
  'One feed of 100 prices, read twice: with `useSocket` and `useMessage`, and with handwritten code that calls ' +
    '`setQueryData` for each message of a WebSocket. Both show the same rows and receive every message.\n\n' +
    'Handwritten code writes, notifies and renders once per message. At some rate the processor cannot keep up: ' +
    'the page misses frames, and its prices grow older. This library validates each message on arrival, merges the ' +
    'messages of each key, and writes and renders once a frame. No value is lost: stop the feed, and both sides ' +
    'are compared with the server.\n\nEach side is a page on its own host name, so browsers with site isolation give ' +
    'it its own process. Both still share the machine, so a busy processor slows down both. A side that is ' +
    'scrolled out of sight cannot be measured.',
)

const meta = {
  title: 'Comparisons/Ten thousand a second',
  component: TenThousand,
  parameters: { docs: { ...docs, ...code(`${libraryCode}\n${glueCode}`).docs } },
  argTypes: { rate: { control: 'select', options: RATES } },
  args: { rate: 2_000 },
  render: args => (
    <Playground>
      <TenThousand key={args.rate} {...args} />
    </Playground>
  ),
} satisfies Meta<typeof TenThousand>

export default meta

/** Raise the rate and compare frames and latency. */
export const SideBySide: StoryObj<typeof meta> = {}
