import type { Meta, StoryObj } from '@storybook/react-vite'
import { Chat } from './orders/Chat.tsx'
import { Orders } from './orders/Orders.tsx'
import ordersCode from './orders/Orders.tsx?raw'
import { WithoutPrices } from './orders/WithoutPrices.tsx'
import { code } from './parts/storyDocs.ts'
import { Workbench } from './parts/Workbench.tsx'

export default {
  title: 'Orders and chat',
  parameters: code(ordersCode),
} satisfies Meta

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
}
