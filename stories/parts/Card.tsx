import { type ReactNode, useId } from 'react'

export interface CardProps {
  title: string
  /** Next to the title, e.g. a status light. */
  aside?: ReactNode
  children?: ReactNode
}

/** A titled section of a story. */
export function Card({ title, aside, children }: CardProps) {
  const id = useId()
  return (
    <section className="card" aria-labelledby={id}>
      <header className="card-head">
        <h3 id={id}>{title}</h3>
        {aside}
      </header>
      {children}
    </section>
  )
}
