import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import { Chat } from './orders/Chat.tsx'
import { Orders } from './orders/Orders.tsx'
import ordersCode from './orders/Orders.tsx?raw'
import type { Order } from './orders/orders.ts'
import { WithoutPrices } from './orders/WithoutPrices.tsx'
import { clickButton, demoIn, eventually, find, findAll, seesStatus } from './parts/play.ts'
import { code } from './parts/storyDocs.ts'
import { Workbench } from './parts/Workbench.tsx'

export default {
  title: 'Orders and chat',
  parameters: code(ordersCode),
} satisfies Meta

async function order(canvas: HTMLElement, item: string): Promise<void> {
  const field = within(canvas).getByLabelText('Item')
  await userEvent.clear(field)
  await userEvent.type(field, item)
  await clickButton(canvas, 'Order')
}

/** The list shows what the server holds: these items, each once. */
async function bothHold(canvas: HTMLElement, items: readonly string[]): Promise<void> {
  await eventually(async () => {
    const held = await demoIn(canvas).get<Order[]>('/orders')
    await expect(held.map(({ item }) => item)).toEqual(items)
    const shown = findAll(canvas, '[data-order]').map(({ dataset }) => [
      dataset['order'],
      dataset['orderStatus'],
    ])
    await expect(shown).toEqual(held.map(({ id, status }) => [id, status]))
  })
}

/**
 * Orders are asked for, created and cancelled by requests, and every change by anybody is pushed. Freeze the server, order,
 * then kill the connection: the order fails with the error's name, and trying again makes one order and not two.
 */
export const OrdersAndChat: StoryObj = {
  name: 'Orders and chat',
  render: () => (
    <Workbench faults={['kill', 'freeze', 'thaw', 'down', 'delay', 'clear']}>
      <WithoutPrices />
      <Orders />
      <Chat author="You" />
    </Workbench>
  ),
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    const page = within(canvas)
    await seesStatus(canvas, 'open')
    await order(canvas, 'Tea')
    await bothHold(canvas, ['Tea'])

    // Somebody else's order is pushed.
    await demo.post('/orders', { item: 'Cake', quantity: 2 })
    await bothHold(canvas, ['Tea', 'Cake'])

    // The request arrives, and its answer is lost with the connection.
    const { client } = find(canvas, '.playground').dataset
    await demo.post('/faults', { fault: 'freeze', client })
    await order(canvas, 'Milk')
    await eventually(async () => expect((await demo.get<Order[]>('/orders')).length).toBe(3))
    await clickButton(canvas, 'Kill')
    await eventually(() => expect(page.getByRole('alert')).toHaveTextContent('ConnectionLostError'))
    await clickButton(canvas, 'Clear faults')
    await seesStatus(canvas, 'open')
    await clickButton(canvas, 'Try again')
    await eventually(() => expect(page.queryByRole('alert')).toBeNull())
    await bothHold(canvas, ['Tea', 'Cake', 'Milk'])

    await clickButton(canvas, 'Cancel 2 × Cake')
    await eventually(async () => {
      const [, cake] = await demo.get<Order[]>('/orders')
      await expect(cake?.status).toBe('cancelled')
    })
    await bothHold(canvas, ['Tea', 'Cake', 'Milk'])

    await userEvent.type(page.getByLabelText('Message'), 'Hello')
    await clickButton(canvas, 'Send')
    await eventually(() =>
      expect(page.getByRole('region', { name: 'Messages' })).toHaveTextContent('YouHello'),
    )
  },
}
