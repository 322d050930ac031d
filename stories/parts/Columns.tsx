import type { ReactNode } from 'react'

/** Children side by side if columns of `min` (a CSS length) fit, otherwise stacked. */
export function Columns({ min = '20rem', children }: { min?: string; children: ReactNode }) {
  return (
    <div className="columns" style={{ '--column': min } as object}>
      {children}
    </div>
  )
}
