import type { ReactNode } from 'react'

/** Figures with their names, in a row that wraps. `null` has no value yet. */
export function Figures({ of }: { of: Readonly<Record<string, ReactNode>> }) {
  return (
    <dl className="figure-list">
      {Object.entries(of).map(([name, value]) => (
        <div key={name} className="figure">
          <dt>{name}</dt>
          <dd className="figures" data-figure={name}>
            {value ?? '–'}
          </dd>
        </div>
      ))}
    </dl>
  )
}
