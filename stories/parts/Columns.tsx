import type { ReactNode } from 'react'

/** Children side by side where there is room for columns of `min` (a CSS length), else below each other. */
export function Columns({ min = '20rem', children }: { min?: string; children: ReactNode }) {
  return (
    <div className="columns" style={{ '--column': min } as object}>
      {children}
    </div>
  )
}
