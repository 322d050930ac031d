import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useSocket, useSocketQuery } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { StatusLight } from '../parts/StatusLight.tsx'
import { OrderForm } from './OrderForm.tsx'
import { ordersSocket } from './orders.ts'
import './orders.css'

/** A list that is requested once, changed by requests and kept live by pushes. */
export function Orders() {
  const demo = useDemo()
  const socket = useMemo(() => ordersSocket(demo.url('/socket')), [demo])
  const { status, retryCount, nextRetryAt, request } = useSocket(socket)
  const { data: orders, error } = useSocketQuery(socket, { type: 'orders' })
  const [created, setCreated] = useState(0)

  const create = useMutation({
    // The client creates the id, so a retry after a drop creates no second order.
    mutationFn: (order: { id: string; item: string; quantity: number }) =>
      request({ type: 'order.create', params: order }),
    onSuccess: () => setCreated(count => count + 1),
  })
  const cancel = useMutation({
    mutationFn: (id: string) => request({ type: 'order.cancel', params: { id } }),
  })

  return (
    <Card title="Orders" aside={<StatusLight {...{ status, retryCount, nextRetryAt }} />}>
      <OrderForm
        key={created}
        isPending={create.isPending}
        onCreate={(item, quantity) => create.mutate({ id: crypto.randomUUID(), item, quantity })}
      />
      {create.error && (
        <p role="alert" className="orders-error">
          <strong>{create.error.name}</strong>: {create.error.message}{' '}
          <Button onClick={() => create.mutate(create.variables)}>Try again</Button>
        </p>
      )}
      {cancel.error && (
        <p role="alert" className="orders-error">
          <strong>{cancel.error.name}</strong>: {cancel.error.message}{' '}
          <Button onClick={() => cancel.mutate(cancel.variables)}>Try again</Button>
        </p>
      )}
      {error && <p role="alert">{error.message}</p>}
      {orders?.length === 0 && <p className="quiet">No orders yet.</p>}
      <ul className="orders-list" aria-label="Orders">
        {orders?.map(({ id, item, quantity, status: orderStatus }) => (
          <li key={id} data-order={id} data-order-status={orderStatus}>
            <span>
              {quantity} × {item}
            </span>
            <span className="quiet">{orderStatus}</span>
            <Button
              aria-label={`Cancel ${quantity} × ${item}`}
              disabled={orderStatus === 'cancelled' || (cancel.isPending && cancel.variables === id)}
              onClick={() => cancel.mutate(id)}
            >
              Cancel
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}
