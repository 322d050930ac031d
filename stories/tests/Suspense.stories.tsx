import type { Meta } from '@storybook/react-vite'
import { expect, within } from 'storybook/test'
import { clickButton, demoIn, eventually, find, findAll } from '../parts/play.ts'
import * as reader from '../Suspense.stories.tsx'

export default {
  ...reader.default,
  title: 'Tests/Suspense page',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

const prices = (canvas: HTMLElement) => findAll(canvas, '.suspense-price')
const skeletons = (canvas: HTMLElement) => findAll(canvas, '.suspense-skeleton')
const symbols = (canvas: HTMLElement) =>
  findAll(canvas, '.suspense-price[data-symbol]').map(({ dataset }) => dataset['symbol'])

export const SuspendResetAndLeave: typeof reader.SymbolPage = {
  ...reader.SymbolPage,
  name: 'a transition keeps the old symbol, errors can be reset, and leaving closes the connection',
  play: async ({ canvasElement: canvas }) => {
    await eventually(() => expect(prices(canvas)).toHaveLength(3))
    const { client } = find(canvas, '.playground').dataset
    // Longer than a slow machine takes to look.
    await demoIn(canvas).post('/faults', { fault: 'delay', ms: 2_500, client })
    await clickButton(canvas, 'ETH')
    await eventually(() => expect(find(canvas, '.suspense-page').ariaBusy).toBe('true'))
    await expect(symbols(canvas)).toEqual(['BTC', 'BTC'])
    await eventually(() => expect(symbols(canvas)).toEqual(['ETH', 'ETH']))

    within(canvas).getByRole('checkbox').click()
    await clickButton(canvas, 'SOL')
    await eventually(() => expect(skeletons(canvas).length).toBeGreaterThan(0))
    await eventually(() => expect(symbols(canvas)).toEqual(['SOL', 'SOL']))

    await clickButton(canvas, 'unknown')
    await eventually(() => expect(within(canvas).getAllByRole('alert')).toHaveLength(2))
    await clickButton(canvas, 'BTC')
    await eventually(() => expect(symbols(canvas)).toEqual(['BTC', 'BTC']))

    await clickButton(canvas, 'Leave the page')
    await eventually(async () => {
      const { clients } = await demoIn(canvas).get<{ clients: { transport: string; open: number }[] }>(
        '/clients',
      )
      await expect(clients.filter(({ transport, open }) => transport === 'socket' && open > 0)).toEqual([])
    })
  },
}
