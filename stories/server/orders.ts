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
  /** Counts the states that it has had, from 1 on. */
  version: number
  /** ms since 1970. */
  createdAt: number
  updatedAt: number
}

/** Orders kept in a channel; past that the oldest is dropped. */
const MAX_ORDERS = 5_000

const MAX_QUANTITY = 1_000_000
/** How late a push or a reply may be on request, ms. */
export const LATE = { max: 60_000, fallback: 0 }

/** The orders of a channel. Every change is published as `order.changed`, the end of one as `order.removed`. */
export function createOrders(publish: (envelopes: Envelope[]) => void) {
  const orders = new Map<string, Order>()
  let changes = 0

  function announce(type: string, response: { id: string }): void {
    changes += 1
    publish([{ type, params: { id: response.id }, response }])
  }

  function set(order: Order, pushAfter = 0): Order {
    orders.set(order.id, order)
    if (orders.size > MAX_ORDERS) orders.delete(orders.keys().next().value as string)
    if (pushAfter === 0) announce('order.changed', order)
    else setTimeout(() => announce('order.changed', order), pushAfter).unref()
    return order
  }

  function next(order: Order, changed: Partial<Order>): Order {
    return { ...order, ...changed, version: order.version + 1, updatedAt: Date.now() }
  }

  function find(input: Record<string, unknown>): Order {
    const id = checkText(input.id, '"id"')
    const order = orders.get(id)
    if (order) return order
    throw new BadRequest(`There is no order with the id ${JSON.stringify(id)}.`, 'not-found')
  }

  const checkQuantity = (value: unknown) => checkNumber(value, '"quantity"', { min: 1, max: MAX_QUANTITY })

  return {
    list: (): Order[] => [...orders.values()],
    /** How many changes have been published. */
    get changes(): number {
      return changes
    },
    /** Creating the same id twice answers the first order, so that a request may be sent again. */
    create(input: Record<string, unknown>): { order: Order; created: boolean } {
      const id = input.id === undefined ? randomUUID() : checkText(input.id, '"id"')
      const known = orders.get(id)
      if (known) return { order: known, created: false }
      const item = checkText(input.item, '"item"')
      const quantity = checkQuantity(input.quantity)
      const at = Date.now()
      const order = set({ id, item, quantity, status: 'open', version: 1, createdAt: at, updatedAt: at })
      return { order, created: true }
    },
    /** The order has its new quantity at once, whenever `pushAfter` (ms) lets the others hear of it. */
    change(input: Record<string, unknown>): Order {
      const order = find(input)
      const quantity = checkQuantity(input.quantity)
      return set(next(order, { quantity }), checkNumber(input.pushAfter, '"pushAfter" (ms)', LATE))
    },
    cancel(input: Record<string, unknown>): Order {
      const order = find(input)
      return order.status === 'cancelled' ? order : set(next(order, { status: 'cancelled' }))
    },
    remove(input: Record<string, unknown>): { id: string } {
      const { id } = find(input)
      orders.delete(id)
      announce('order.removed', { id })
      return { id }
    },
  }
}
