import type { Meta, StoryObj } from '@storybook/react-vite'
import { Playground } from './parts/Playground.tsx'
import { code, describeStory } from './parts/storyDocs.ts'
import glueCode from './tenThousand/GlueSide.tsx?raw'
import libraryCode from './tenThousand/LibrarySide.tsx?raw'
import { RATES } from './tenThousand/rates.ts'
import { TenThousand } from './tenThousand/TenThousand.tsx'

const { docs } = describeStory(
  'One feed of 100 prices, read twice: by `useSocket` and `useMessage`, and by the code that one writes by hand, a ' +
    'WebSocket that puts each message into the cache with `setQueryData`. Both show the same rows, and both are sent every ' +
    'message.\n\n' +
    'By hand, each message is a write, a notification and a render of its own. At some rate there are more of them than the ' +
    'processor can do: frames are missed, messages wait for their turn, and what is shown grows older. This library parses ' +
    'and checks each message when it comes (here by a schema, too, which the other side does not), folds those of one key ' +
    'into one write, and writes and renders once a frame. So there is as much to render at 10,000 messages a second as at ' +
    'some hundred, and nothing is left out: stop the feed, and both sides are compared with the server.\n\n' +
    'Each side is a page at a host name of its own, so that a browser that keeps sites apart gives it a process of its own, ' +
    'and neither slows down the other or this page. They still share the machine: a processor with few cores, or one that is ' +
    'busy otherwise, slows down both. A side that is scrolled out of sight is not drawn, and so not measured.',
)

const meta = {
  title: 'Ten thousand a second',
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

/** As many messages as you like to both, and what the screen shows of it. */
export const SideBySide: StoryObj<typeof meta> = {}
