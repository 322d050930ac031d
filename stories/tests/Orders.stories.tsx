import type { Meta } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import type { Order } from '../orders/orders.ts'
import { clickButton, demoIn, eventually, find, findAll, seesStatus } from '../parts/play.ts'
import * as reader from '../Orders.stories.tsx'

export default {
  title: 'Tests/Orders',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

async function order(canvas: HTMLElement, item: string): Promise<void> {
  const field = within(canvas).getByLabelText('Item')
  await userEvent.clear(field)
  await userEvent.type(field, item)
  await clickButton(canvas, 'Order')
}

/** The list and the server hold these items, each once. */
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

export const OrderedOnce: typeof reader.OrdersAndChat = {
  ...reader.OrdersAndChat,
  name: 'an order retried after a lost reply is created once',
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    const page = within(canvas)
    await seesStatus(canvas, 'open')
    await order(canvas, 'Tea')
    await bothHold(canvas, ['Tea'])

    // An order of another client is pushed.
    await demo.post('/orders', { item: 'Cake', quantity: 2 })
    await bothHold(canvas, ['Tea', 'Cake'])

    // The request arrives, and its reply is lost with the connection.
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
