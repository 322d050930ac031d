import { type ReactNode, useId } from 'react'

export interface CardProps {
  title: string
  /** Beside the title, e.g. a status light. */
  aside?: ReactNode
  children?: ReactNode
}

/** A titled part of a story. */
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
