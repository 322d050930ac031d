import type { Meta, StoryObj } from '@storybook/react-vite'
import changingOrdersCode from './optimistic/changingOrders.ts?raw'
import { Quantities } from './optimistic/Quantities.tsx'
import useQuantitiesCode from './optimistic/useQuantities.ts?raw'
import { WithOrders } from './optimistic/WithOrders.tsx'
import { WithoutPrices } from './parts/WithoutPrices.tsx'
import { FaultCard } from './parts/FaultCard.tsx'
import { Playground } from './parts/Playground.tsx'
import { code, describeStory } from './parts/storyDocs.ts'

const meta = {
  title: 'Screens/Optimistic updates',
  component: Quantities,
  parameters: describeStory(
    'A click shows its effect at once, with `useMutation` and `request`. Pending changes are not written into the ' +
      'cache but applied on top while rendering. So there is nothing to roll back, and no push, response or second ' +
      'click can undo a change for a moment. This works because `request` resolves after its reply has updated the ' +
      'cache.',
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
 * Change quantities and watch the list of shown values: an old value never comes back. Try both orders of push and
 * reply. Click repeatedly, during a refetch, and while the connection is down. The server rejects 0.
 */
export const NoFlicker: StoryObj<typeof meta> = {
  parameters: code(`${changingOrdersCode}\n// useQuantities.ts\n\n${useQuantitiesCode}`),
}
