import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import { LivePrices } from './examples/LivePrices.tsx'
import livePricesCode from './examples/LivePrices.tsx?raw'
import { Card } from './parts/Card.tsx'
import { ConnectionPanel } from './parts/ConnectionPanel.tsx'
import { EventLog } from './parts/EventLog.tsx'
import { FaultButtons } from './parts/FaultButtons.tsx'
import { Playground } from './parts/Playground.tsx'
import {
  comesBack,
  demoIn,
  eventually,
  figure,
  pricesConverge,
  publishPrice,
  seesStatus,
  stopFeed,
  watchStatus,
} from './parts/play.ts'

const meta = {
  title: 'Hooks/useSocket',
} satisfies Meta

export default meta
type Story = StoryObj<typeof meta>

export const Prices: Story = {
  parameters: { docs: { source: { code: livePricesCode } } },
  render: () => (
    <Playground>
      <LivePrices />
      <Card title="Make it fail">
        <FaultButtons
          show={['kill', 'freeze', 'thaw', 'refuse', 'down', 'text', 'proto', 'unknown', 'clear']}
        />
      </Card>
      <ConnectionPanel />
      <EventLog />
    </Playground>
  ),
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    await seesStatus(canvas, 'open')
    await eventually(() => expect(figure(canvas, 'Heartbeat there and back')).toContain('ms'))
    await stopFeed(demo)
    await pricesConverge(canvas, demo)

    const seen = watchStatus(canvas)
    await userEvent.click(within(canvas).getByRole('button', { name: 'Kill' }))
    await publishPrice(demo, 'BTC', 12_345.67)
    await comesBack(canvas, seen)
    await pricesConverge(canvas, demo)
  },
}
