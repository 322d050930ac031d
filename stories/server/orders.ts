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
  /** Counts its states from 1. */
  version: number
  /** ms since 1970. */
  createdAt: number
  updatedAt: number
}

/** Maximum number of orders in a channel. Beyond it, the oldest is dropped. */
const MAX_ORDERS = 5_000

const MAX_QUANTITY = 1_000_000
/** Maximum delay of a push or reply (ms). */
export const LATE = { max: 60_000, fallback: 0 }

/** The orders of a channel. Changes are published as `order.changed`, removals as `order.removed`. */
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
    /** Number of published changes. */
    get changes(): number {
      return changes
    },
    /** A known id returns the existing order, so requests can be retried. */
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
    /** Changes the order at once and publishes the change after `pushAfter` (ms). */
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
