import type { Order } from '../orders/orders.ts'
import type { Demo } from '../parts/demo.ts'
import type { Side } from './createSide.ts'
import type { SendRequest } from './driverSocket.ts'
import type { Snapshot } from './orders.ts'
import type { Deed } from './deeds.ts'

export interface DriverOptions {
  readonly demo: Demo
  readonly request: SendRequest
  readonly sides: readonly Side[]
}

/** The client name of both sides' HTTP requests. */
export const READER = 'reader'

const KEYS = { orders: [['orders']], changes: [['changes']], both: [['orders'], ['changes']] } as const

/** Performs the steps of a plan on both sides. */
export function createDriver({ demo, request, sides }: DriverOptions) {
  const fault = (fault: string, options: object = {}) => demo.post('/faults', { fault, ...options })
  const faultBoth = (name: string, options: object = {}) =>
    Promise.all(sides.map(({ name: client }) => fault(name, { client, ...options })))

  return {
    async perform(step: Exclude<Deed, { do: 'rejoin' }>): Promise<unknown> {
      switch (step.do) {
        case 'create': {
          const { id, item, quantity } = step
          return request({ type: 'order.create', params: { id, item, quantity } })
        }
        case 'change':
          return request({ type: 'order.change', params: { id: step.id, quantity: step.quantity } })
        case 'cancel':
          return request({ type: 'order.cancel', params: { id: step.id } })
        case 'remove':
          return request({ type: 'order.remove', params: { id: step.id } })
        case 'refetch':
          await fault('delay', { ms: step.respondAfter, client: READER })
          for (const { queryClient } of sides)
            for (const queryKey of KEYS[step.what]) void queryClient.invalidateQueries({ queryKey })
          return undefined
        case 'drop':
          return faultBoth('kill')
        case 'lose':
          return faultBoth('drop', { every: 2, ms: step.ms })
        case 'forget':
          return fault('forget')
      }
    },
    clear: (): Promise<unknown> => fault('clear'),
    /** The server's orders, over a socket, because browsers limit parallel HTTP requests. */
    held: (): Promise<readonly Order[]> => request({ type: 'orders' }),
    truth: (): Promise<Snapshot> => demo.get<Snapshot>('/orders', { position: 1 }),
  }
}
