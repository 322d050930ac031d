import type { Meta, StoryObj } from '@storybook/react-vite'
import { ConnectionPanel } from './parts/ConnectionPanel.tsx'
import { FaultButtons } from './parts/FaultButtons.tsx'
import { Playground } from './parts/Playground.tsx'
import { Ticker } from './ticker/Ticker.tsx'
import rowCode from './ticker/TickerRow.tsx?raw'

export default {
  title: 'Ticker',
  component: Ticker,
  parameters: { docs: { source: { code: rowCode } } },
  render: () => (
    <Playground>
      <Ticker />
      <FaultButtons show={['kill', 'freeze', 'thaw', 'down', 'delay', 'clear']} />
      <ConnectionPanel />
    </Playground>
  ),
} satisfies Meta<typeof Ticker>

/** A message renders the row of its symbol and no other, however many come. */
export const TwoHundredRows: StoryObj = {
  name: '200 rows',
}
