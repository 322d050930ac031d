import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import changingOrdersCode from './optimistic/changingOrders.ts?raw'
import { Quantities } from './optimistic/Quantities.tsx'
import useQuantitiesCode from './optimistic/useQuantities.ts?raw'
import { WithOrders } from './optimistic/WithOrders.tsx'
import type { Order } from './orders/orders.ts'
import { WithoutPrices } from './orders/WithoutPrices.tsx'
import type { Demo } from './parts/demo.ts'
import { FaultCard } from './parts/FaultCard.tsx'
import { Playground } from './parts/Playground.tsx'
import { clickButton, demoIn, eventually, find, findAll, seesStatus } from './parts/play.ts'
import { code, describeStory } from './parts/storyDocs.ts'

const meta = {
  title: 'Optimistic updates',
  component: Quantities,
  parameters: describeStory(
    'A click shows its effect at once, by `useMutation` over `request`. What is not confirmed yet is not written into the ' +
      'cache but shown over it, so there is nothing to roll back, and nothing that a push, an answer or a second click could ' +
      'take away for a moment. It works because `request` resolves after its reply has had its effect in the cache.',
  ),
  render: () => (
    <Playground>
      <WithoutPrices />
      <WithOrders>
        <Quantities />
      </WithOrders>
      <FaultCard show={['kill', 'down', 'delay', 'clear']} />
    </Playground>
  ),
} satisfies Meta<typeof Quantities>

export default meta

const REFETCH = 'Refetch, answered late'
const PATIENT = { timeout: 10_000 }

async function more(canvas: HTMLElement, item: string): Promise<void> {
  await clickButton(canvas, `One ${item} more`)
}

async function choose(canvas: HTMLElement, timing: string): Promise<void> {
  await userEvent.click(within(canvas).getByRole('radio', { name: timing }))
}

/** Clicks while a refetch is under way whose answer the server has read already. */
async function moreDuringRefetch(canvas: HTMLElement, item: string): Promise<void> {
  await userEvent.click(await within(canvas).findByRole('button', { name: REFETCH }, PATIENT))
  await within(canvas).findByRole('button', { name: 'Refetching …' }, PATIENT)
  await more(canvas, item)
  await within(canvas).findByRole('button', { name: REFETCH }, PATIENT)
}

/** Waits until nothing is under way any more: the last push has been seen, and every order is what the server holds. */
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

/**
 * Change quantities and see what each row has shown so far: no value comes back once it was gone. Try it with either order of
 * push and reply, click again and again, click during a refetch and while the connection is down. The server refuses 0.
 */
export const NoFlicker: StoryObj<typeof meta> = {
  parameters: code(`${changingOrdersCode}\n// useQuantities.ts\n\n${useQuantitiesCode}`),
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

    // The request waits for the connection, and a refetch brings the quantity from before.
    await demo.post('/faults', { fault: 'down', ms: 1_500, client })
    await eventually(() => expect(find(canvas, '.status').dataset['status']).toBe('reconnecting'))
    await moreDuringRefetch(canvas, 'oats')
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
