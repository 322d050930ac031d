import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { Converged } from './converged/Converged.tsx'
import { eventually, find } from './parts/play.ts'

const meta = {
  title: 'Converged',
  component: Converged,
  args: { seed: 1, seconds: 20, glueRefetches: false },
  render: args => <Converged key={JSON.stringify(args)} {...args} />,
} satisfies Meta<typeof Converged>

export default meta

/** Twenty seconds. */
export const TwentySeconds: StoryObj<typeof meta> = {}

/** The same in six seconds. */
export const SixSeconds: StoryObj<typeof meta> = {
  args: { seconds: 6 },
  play: async ({ canvasElement: canvas }) => {
    const verdict = (side: string) => find(canvas, `[data-side="${side}"] .converged-verdict strong`)
    await eventually(() => expect(verdict('library')).not.toHaveTextContent('running'))
    await expect(verdict('library')).toHaveTextContent('converged')
    await expect(Number(find(canvas, '[data-side="glue"]').dataset['lost'])).toBeGreaterThan(0)
  },
}
