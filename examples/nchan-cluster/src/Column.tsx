import { useNotes } from './notes'
import { KEPT, type Origin, type Snapshot, type Transport } from './snapshot'

interface ColumnProps {
  transport: Transport
  title: string
  status: string
  snapshot: Snapshot | undefined
  origin: Origin | undefined
}

/** What a transport has brought, beside what the server has. */
export function Column({ transport, title, status, snapshot, origin }: ColumnProps) {
  const { first, received, openings, gaps } = useNotes(transport)
  const rows = snapshot?.rows ?? []
  const last = rows.at(-1)?.id ?? 0
  const holes = rows.length > 0 ? Math.min(last, KEPT) - rows.length : 0
  const behind = origin ? Math.max(0, origin.last - last) : '?'
  const lost = first === undefined ? 0 : last - first + 1 - received
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <p data-status={status}>{status}</p>
      <dl>
        <dt>Last row</dt>
        <dd>{last}</dd>
        <dt>Behind the server</dt>
        <dd>{behind}</dd>
        <dt>Missing in the list</dt>
        <dd data-bad={holes > 0}>{holes}</dd>
        <dt>Messages lost</dt>
        <dd>{transport === 'poll' ? '–' : Math.max(0, lost)}</dd>
        <dt>Reconnects</dt>
        <dd>{transport === 'poll' ? '–' : Math.max(0, openings - 1)}</dd>
        <dt>Gaps</dt>
        <dd>{transport === 'poll' ? '–' : gaps.length}</dd>
      </dl>
      {gaps.length > 0 && <p className="gaps">{gaps.slice(-6).join(', ')}</p>}
    </section>
  )
}
