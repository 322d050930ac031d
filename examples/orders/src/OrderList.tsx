import { useQuery } from '@tanstack/react-query'
import { pageQuery } from './orderQueries.ts'

interface OrderListProps {
  page: number
  onPage: (page: number) => void
  selectedId: number | undefined
  onSelect: (id: number) => void
}

export function OrderList({ page, onPage, selectedId, onSelect }: OrderListProps) {
  const { data, error, isPlaceholderData } = useQuery(pageQuery(page))
  if (error) return <p role="alert">{error.message}</p>
  if (!data) return <p className="card quiet">Loading…</p>

  return (
    <section className="card" aria-label="Orders">
      <ul className={isPlaceholderData ? 'quiet' : undefined}>
        {data.orders.map(({ id, item, quantity, status }) => (
          <li key={id}>
            <button aria-pressed={id === selectedId} onClick={() => onSelect(id)}>
              <span className="quiet">#{id}</span> {quantity} × {item}
              <span className="badge" data-status={status}>
                {status}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <nav aria-label="Pages">
        <button disabled={page <= 1} onClick={() => onPage(page - 1)}>
          Newer
        </button>
        <span>
          Page {page} of {data.pageCount}
        </span>
        <button disabled={page >= data.pageCount} onClick={() => onPage(page + 1)}>
          Older
        </button>
      </nav>
    </section>
  )
}
