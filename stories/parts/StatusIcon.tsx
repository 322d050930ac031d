import type { Status } from 'react-query-realtime'

/** One shape per status, so that colour is not the only difference. */
const SHAPES: Record<Status, string> = {
  // A disc.
  open: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z',
  // A ring with a gap.
  connecting: 'M8 2a6 6 0 1 0 6 6h-2.4A3.6 3.6 0 1 1 8 4.4Z',
  reconnecting: 'M8 2a6 6 0 1 0 6 6h-2.4A3.6 3.6 0 1 1 8 4.4Z',
  // Two bars.
  paused: 'M4 3h3v10H4ZM9 3h3v10H9Z',
  // A square.
  closed: 'M3 3h10v10H3Z',
  // A cross.
  failed: 'M4.2 2.5 8 6.3l3.8-3.8 1.7 1.7L9.7 8l3.8 3.8-1.7 1.7L8 9.7l-3.8 3.8-1.7-1.7L6.3 8 2.5 4.2Z',
  // A dash.
  idle: 'M3 6.8h10v2.4H3Z',
}

export function StatusIcon({ status }: { status: Status }) {
  return (
    <svg className="status-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={SHAPES[status]} />
    </svg>
  )
}
