import type { Quote } from './market.ts'

/** The change of a price, with a sign, an arrow and a colour. */
export function Change({ of: { last, change } }: { of: Quote }) {
  const direction = change > 0 ? 'up' : change < 0 ? 'down' : 'same'
  const arrow = { up: '▲ ', down: '▼ ', same: '' }[direction]
  const digits = last >= 5 ? 2 : 4
  return (
    <span className={`change-${direction}`}>
      <span aria-hidden="true">{arrow}</span>
      {change > 0 && '+'}
      {change.toFixed(digits)}
    </span>
  )
}
