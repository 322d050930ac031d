import { useQuery } from '@tanstack/react-query'
import type { Order } from '../orders/orders.ts'
import type { Difference } from './differences.ts'
import type { orderQueries } from './orders.ts'

interface OrderTableProps {
  readonly queries: ReturnType<typeof orderQueries>
  readonly differing: readonly Difference[]
}

/** The orders in the cache, and where they differ from the server. */
export function OrderTable({ queries, differing }: OrderTableProps) {
  const { data: orders = [] } = useQuery(queries.orders)
  useQuery(queries.changes)
  const cached = new Map(orders.map(order => [order.id, order]))
  // The cache may have changed since the comparison.
  const wrong = differing.filter(({ id, held }) => cached.get(id)?.version !== held?.version)
  const missing = wrong.filter(({ id }) => !cached.has(id))
  return (
    <table className="converged-orders" aria-label="Orders">
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col">In this cache</th>
          <th scope="col">On the server</th>
        </tr>
      </thead>
      <tbody>
        {orders.map(order => (
          <Row key={order.id} order={order} difference={wrong.find(({ id }) => id === order.id)} />
        ))}
        {missing.map(difference => (
          <Row key={difference.id} difference={difference} />
        ))}
      </tbody>
    </table>
  )
}

interface RowProps {
  readonly order?: Order
  readonly difference: Difference | undefined
}

function Row({ order, difference }: RowProps) {
  const { id = '', item = '' } = order ?? difference?.held ?? {}
  return (
    <tr data-differs={difference ? id : undefined}>
      <th scope="row">{item}</th>
      <td className="figures">{describe(order)}</td>
      <td className="figures">{difference ? describe(difference.held) : 'the same'}</td>
    </tr>
  )
}

function describe(order: Order | undefined): string {
  if (!order) return 'missing'
  return order.status === 'cancelled' ? `${order.quantity}, cancelled` : String(order.quantity)
}
