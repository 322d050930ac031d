import { randomUUID } from 'node:crypto'
import { checkNumber, checkText } from './check.ts'
import { BadRequest } from './badRequest.ts'
import type { Envelope } from './envelope.ts'

export type Orders = ReturnType<typeof createOrders>

export interface Order {
  id: string
  item: string
  quantity: number
  status: 'open' | 'cancelled'
  /** ms since 1970. */
  createdAt: number
  updatedAt: number
}

/** Orders kept in a channel; past that the oldest is dropped. */
const MAX_ORDERS = 5_000

/** The orders of a channel. Every change is published as `order.changed`. */
export function createOrders(publish: (envelopes: Envelope[]) => void) {
  const orders = new Map<string, Order>()

  function change(order: Order): Order {
    orders.set(order.id, order)
    if (orders.size > MAX_ORDERS) orders.delete(orders.keys().next().value as string)
    publish([{ type: 'order.changed', params: { id: order.id }, response: order }])
    return order
  }

  return {
    list: (): Order[] => [...orders.values()],
    /** Creating the same id twice answers the first order, so that a request may be sent again. */
    create(input: Record<string, unknown>): { order: Order; created: boolean } {
      const id = input.id === undefined ? randomUUID() : checkText(input.id, '"id"')
      const known = orders.get(id)
      if (known) return { order: known, created: false }
      const item = checkText(input.item, '"item"')
      const quantity = checkNumber(input.quantity, '"quantity"', { min: 1, max: 1_000_000 })
      const at = Date.now()
      const order = change({ id, item, quantity, status: 'open', createdAt: at, updatedAt: at })
      return { order, created: true }
    },
    cancel(input: Record<string, unknown>): Order {
      const id = checkText(input.id, '"id"')
      const order = orders.get(id)
      if (!order) throw new BadRequest(`There is no order with the id ${JSON.stringify(id)}.`, 'not-found')
      if (order.status === 'cancelled') return order
      return change({ ...order, status: 'cancelled', updatedAt: Date.now() })
    },
  }
}
