import type { Meta, StoryObj } from '@storybook/react-vite'
import { Converged } from './converged/Converged.tsx'

const meta = {
  title: 'Comparisons/No update lost',
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

/** This library and handwritten code, under the same faults at the same moments. */
export const TwentySeconds: Story = {}
