import { useState } from 'react'
import { useServerEvents } from 'react-query-realtime'
import { NewOrder } from './NewOrder.tsx'
import { OrderDetail } from './OrderDetail.tsx'
import { orderEvents } from './orderEvents.ts'
import { OrderList } from './OrderList.tsx'

export function App() {
  // Mounted here, the stream stays open whatever page or order is on screen.
  const { status } = useServerEvents(orderEvents)
  const [page, setPage] = useState(1)
  const [selectedId, setSelectedId] = useState<number>()

  return (
    <main>
      <header>
        <h1>Orders</h1>
        <span className="status" data-status={status}>
          {status}
        </span>
      </header>
      <NewOrder
        onCreated={order => {
          setPage(1)
          setSelectedId(order.id)
        }}
      />
      <div className="columns">
        <OrderList page={page} onPage={setPage} selectedId={selectedId} onSelect={setSelectedId} />
        {selectedId === undefined ? (
          <p className="card quiet">Select an order to see its details.</p>
        ) : (
          <OrderDetail id={selectedId} />
        )}
      </div>
    </main>
  )
}
