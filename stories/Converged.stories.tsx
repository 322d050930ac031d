import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { Converged } from './converged/Converged.tsx'
import { eventually, find } from './parts/play.ts'

const meta = {
  title: 'Converged',
  component: Converged,
  args: { seed: 1, seconds: 20, glueRefetches: false },
  argTypes: {
    seed: { control: { type: 'number', min: 0, step: 1 } },
    seconds: { control: { type: 'range', min: 5, max: 120, step: 1 } },
  },
  // Its docs page is Converged.mdx.
  tags: ['!autodocs'],
  render: args => <Converged key={JSON.stringify(args)} {...args} />,
} satisfies Meta<typeof Converged>

export default meta

type Story = StoryObj<typeof meta>

/** A library and glue by hand, under the same faults at the same moments. */
export const TwentySeconds: Story = {}

/** A short run. Its last deeds are the same with every seed: changes while both are cut off, and an answer that is overtaken. */
export const SixSeconds: Story = {
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
