import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { Converged } from './converged/Converged.tsx'
import liveOrdersCode from './converged/liveOrders.ts?raw'
import useGlueCode from './converged/useGlue.ts?raw'
import { eventually, find } from './parts/play.ts'
import { code, describeStory } from './parts/storyDocs.ts'

const meta = {
  title: 'Converged',
  component: Converged,
  args: { seed: 1, seconds: 20, glueRefetches: false },
  argTypes: {
    seed: { control: { type: 'number', min: 0, step: 1 } },
    seconds: { control: { type: 'range', min: 5, max: 120, step: 1 } },
  },
  parameters: describeStory(
    'After quiet the cache equals the server, whatever came between. Two caches follow the same orders: one is kept ' +
      'live by `useSocket`, the other by glue as it stands in many a blog post, with `setQueryData` for each message ' +
      'and a socket that is opened again a second after it was lost. Nothing in it is there to make it look bad: ' +
      'both ask the same questions with the same `useQuery`, and the same faults hit both at the same moments. The ' +
      'glue loses what an answer overwrites that the server had read before the push, and what was pushed while it ' +
      'was cut off. `glueRefetches` makes it ask for everything when it is back, which mends the second and not the ' +
      'first. The same seed plans the same deeds; how the network interleaves them is new in each run.',
  ),
  render: args => <Converged key={JSON.stringify(args)} {...args} />,
} satisfies Meta<typeof Converged>

export default meta

type Story = StoryObj<typeof meta>

/**
 * The options of the library and the glue, one below the other. The list is changed by `upsert` and `remove`, which may be
 * applied twice; the count of changes may not, so its query names the position in the server's log up to which it counts.
 */
export const TwentySeconds: Story = {
  parameters: code(`${liveOrdersCode}\n// And by hand:\n\n${useGlueCode}`),
}

/** A short run. Its last deeds are the same with every seed: changes while both are cut off, and an answer that is overtaken. */
export const SixSeconds: Story = {
  tags: ['!autodocs'],
  args: { seconds: 6 },
  play: async ({ canvasElement: canvas }) => {
    const phase = () => find(canvas, '[data-phase]').dataset['phase']
    const verdict = (name: string) => find(canvas, `[data-side="${name}"] [data-verdict]`).textContent
    await eventually(() => expect(phase()).toMatch(/settling|done|failed/))
    await eventually(() => expect(phase()).toMatch(/done|failed/))
    await expect(verdict('library')).toMatch(/^converged/)
    await expect(verdict('glue')).toMatch(/^lost \d+ update/)
  },
}
