import type { ReactNode } from 'react'

/** Named figures in a wrapping row. `null` means that there is no value yet. */
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
