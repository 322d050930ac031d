import type { Meta, StoryObj } from '@storybook/react-vite'
import { Chat } from './orders/Chat.tsx'
import { Orders } from './orders/Orders.tsx'
import ordersCode from './orders/Orders.tsx?raw'
import { WithoutPrices } from './parts/WithoutPrices.tsx'
import { code } from './parts/storyDocs.ts'
import { Workbench } from './parts/Workbench.tsx'

export default {
  title: 'Screens/Orders and chat',
  parameters: code(ordersCode),
} satisfies Meta

/**
 * Requests create and cancel orders, and pushes bring every change. Click **Freeze**, order something, then click
 * **Kill**: the order fails with a named error. Click **Clear faults** and **Try again**: there is one order, not two.
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
}
