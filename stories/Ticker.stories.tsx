import type { Meta, StoryObj } from '@storybook/react-vite'
import { ConnectionPanel } from './parts/ConnectionPanel.tsx'
import { FaultButtons } from './parts/FaultButtons.tsx'
import { Playground } from './parts/Playground.tsx'
import { Ticker } from './ticker/Ticker.tsx'
import rowCode from './ticker/TickerRow.tsx?raw'

export default {
  title: 'Screens/Ticker',
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

/** A message re-renders the row of its symbol only, at any rate. */
export const TwoHundredRows: StoryObj = {
  name: '200 rows',
}
