import type { Meta } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import type { Order } from '../orders/orders.ts'
import type { Demo } from '../parts/demo.ts'
import { clickButton, demoIn, eventually, find, findAll, seesStatus } from '../parts/play.ts'
import * as reader from '../OptimisticUpdates.stories.tsx'

export default {
  ...reader.default,
  title: 'Tests/OptimisticUpdates',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

const REFETCH = 'Slow refetch'

const PATIENT = { timeout: 10_000 }

async function more(canvas: HTMLElement, item: string): Promise<void> {
  await clickButton(canvas, `One ${item} more`)
}

async function choose(canvas: HTMLElement, timing: string): Promise<void> {
  await userEvent.click(within(canvas).getByRole('radio', { name: timing }))
}

/** Clicks during a refetch whose response the server has already read. */
async function moreDuringRefetch(canvas: HTMLElement, item: string): Promise<void> {
  const button = await within(canvas).findByRole('button', { name: REFETCH }, PATIENT)
  // The refetch may be over before the click is reported.
  const begun = within(canvas).findByRole('button', { name: 'Refetching …' }, PATIENT)
  await Promise.all([begun, userEvent.click(button)])
  await more(canvas, item)
  await within(canvas).findByRole('button', { name: REFETCH }, PATIENT)
}

/** Waits until traffic settles: the last push has arrived, and every order equals the server's. */
async function comesToRest(canvas: HTMLElement, demo: Demo): Promise<void> {
  await eventually(() => expect(canvas.querySelector('[data-pending="true"]')).toBeNull())
  await eventually(async () => {
    const { changes, orders } = await demo.get<{ changes: number; orders: Order[] }>('/orders', {
      position: 1,
    })
    await expect(changes).toBe(orders.reduce((sum, { version }) => sum + version, 0))
  })
  await demo.post('/orders', { id: 'last', item: 'soap', quantity: 1 })
  await eventually(() => expect(find(canvas, '[data-order="last"]')).toBeVisible())
  const held = await demo.get<Order[]>('/orders')
  const shown = findAll(canvas, '[data-order]').map(({ dataset }) => Number(dataset['quantity']))
  await expect(shown).toEqual(held.map(({ quantity }) => quantity))
}

function shown(canvas: HTMLElement, item: string): string {
  return find(canvas, `[data-order="${item}"] [data-shown]`).textContent
}

export const NeverFlipsBack: typeof reader.NoFlicker = {
  ...reader.NoFlicker,
  name: 'a quantity never flips back, whatever arrives first',
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    const { client } = find(canvas, '.playground').dataset
    await eventually(() => expect(findAll(canvas, '[data-order]').length).toBe(8))
    await seesStatus(canvas, 'open')

    await choose(canvas, 'The push')
    await more(canvas, 'tea')
    await moreDuringRefetch(canvas, 'cake')
    await more(canvas, 'milk')
    await more(canvas, 'milk')

    await choose(canvas, 'The reply')
    await more(canvas, 'bread')
    await moreDuringRefetch(canvas, 'rice')
    await more(canvas, 'figs')
    await more(canvas, 'figs')

    await choose(canvas, 'The push')
    await clickButton(canvas, 'One nuts less')
    await eventually(() => expect(within(canvas).getByRole('alert')).toHaveTextContent('RequestError'))

    // The request waits for the connection, and a refetch brings the old quantity.
    await demo.post('/faults', { fault: 'down', ms: 60_000, client })
    await eventually(() => expect(find(canvas, '.status').dataset['status']).toBe('reconnecting'))
    await moreDuringRefetch(canvas, 'oats')
    await demo.post('/faults', { fault: 'clear', client })
    await seesStatus(canvas, 'open')

    await comesToRest(canvas, demo)
    const histories = ['tea', 'cake', 'milk', 'bread', 'rice', 'figs', 'nuts', 'oats'].map(item =>
      shown(canvas, item),
    )
    await expect(histories).toEqual([
      '1 → 2',
      '1 → 2',
      '1 → 2 → 3',
      '1 → 2',
      '1 → 2',
      '1 → 2 → 3',
      '1 → 0 → 1',
      '1 → 2',
    ])
  },
}
