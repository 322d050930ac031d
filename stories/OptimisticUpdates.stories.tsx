import type { Meta, StoryObj } from '@storybook/react-vite'
import changingOrdersCode from './optimistic/changingOrders.ts?raw'
import { Quantities } from './optimistic/Quantities.tsx'
import useQuantitiesCode from './optimistic/useQuantities.ts?raw'
import { WithOrders } from './optimistic/WithOrders.tsx'
import { WithoutPrices } from './orders/WithoutPrices.tsx'
import { FaultCard } from './parts/FaultCard.tsx'
import { Playground } from './parts/Playground.tsx'
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

/**
 * Change quantities and see what each row has shown so far: no value comes back once it was gone. Try it with either order of
 * push and reply, click again and again, click during a refetch and while the connection is down. The server refuses 0.
 */
export const NoFlicker: StoryObj<typeof meta> = {
  parameters: code(`${changingOrdersCode}\n// useQuantities.ts\n\n${useQuantitiesCode}`),
}
