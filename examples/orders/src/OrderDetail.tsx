import { useQuery } from '@tanstack/react-query'
import { detailQuery } from './orderQueries.ts'

export function OrderDetail({ id }: { id: number }) {
  const { data: order, error } = useQuery(detailQuery(id))
  if (error) return <p role="alert">{error.message}</p>
  if (!order) return <p className="card quiet">Loading…</p>

  return (
    <section className="card" aria-label={`Order ${id}`}>
      <h2>Order #{id}</h2>
      <dl>
        <dt>Item</dt>
        <dd>{order.item}</dd>
        <dt>Quantity</dt>
        <dd>{order.quantity}</dd>
        <dt>Created</dt>
        <dd>{new Date(order.createdAt).toLocaleTimeString()}</dd>
        <dt>Status</dt>
        <dd>
          <span className="badge" data-status={order.status}>
            {order.status}
          </span>
        </dd>
      </dl>
    </section>
  )
}
