import type { Meta } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import type { Converged } from '../converged/Converged.tsx'
import { eventually, find } from '../parts/play.ts'
import * as reader from '../Converged.stories.tsx'

export default {
  ...reader.default,
  title: 'Tests/Converged',
  tags: ['!dev', '!autodocs'],
} satisfies Meta<typeof Converged>

export const ConvergesUnderFaults: typeof reader.TwentySeconds = {
  ...reader.TwentySeconds,
  name: 'the library converges where handwritten code loses updates',
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
