import type { NewOrder, Order, OrderPage } from '../shared/order.ts'
import { publish } from './events.ts'

const pageSize = 8
const orders = new Map<number, Order>()

export function getPage(page: number): OrderPage {
  const newestFirst = [...orders.values()].reverse()
  const pageCount = Math.ceil(newestFirst.length / pageSize)
  return { orders: newestFirst.slice((page - 1) * pageSize, page * pageSize), page, pageCount }
}

export function getOrder(id: number): Order | undefined {
  return orders.get(id)
}

export function createOrder(newOrder: NewOrder): Order {
  const order: Order = {
    id: 1_001 + orders.size,
    ...newOrder,
    status: 'new',
    createdAt: new Date().toISOString(),
  }
  orders.set(order.id, order)
  publish('order.created', order)
  return order
}

function setStatus(order: Order, status: Order['status']): void {
  const changed = { ...order, status }
  orders.set(order.id, changed)
  publish('order.changed', changed)
}

// The rest stands for a database and a warehouse.
for (let index = 0; index < 20; index += 1) {
  const item = ['Green tea', 'Oolong', 'Teapot', 'Strainer'][index % 4] ?? 'Tea'
  const order = createOrder({ item, quantity: 1 + (index % 3) })
  if (index < 14) setStatus(order, 'shipped')
}

setInterval(() => {
  const open = [...orders.values()].find(({ status }) => status !== 'shipped')
  if (open) setStatus(open, open.status === 'new' ? 'packed' : 'shipped')
}, 1_500)
