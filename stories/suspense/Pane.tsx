import { QueryErrorResetBoundary } from '@tanstack/react-query'
import { Component, type ReactNode, Suspense } from 'react'
import { RequestError } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'

interface PaneProps {
  readonly title: string
  /** What it shows. An error ends when this changes. */
  readonly of: string
  readonly children: ReactNode
}

/** A part of the page with a skeleton and an error boundary of its own. */
export function Pane({ title, of, children }: PaneProps) {
  return (
    <section className="suspense-pane" aria-label={title}>
      <h4>{title}</h4>
      <QueryErrorResetBoundary>
        {({ reset }) => (
          <ErrorBoundary of={of} onReset={reset}>
            <Suspense fallback={<Skeleton />}>{children}</Suspense>
          </ErrorBoundary>
        )}
      </QueryErrorResetBoundary>
    </section>
  )
}

function Skeleton() {
  return (
    <p role="status" aria-label="Loading" className="suspense-skeleton">
      {' '}
    </p>
  )
}

interface BoundaryProps {
  readonly of: string
  readonly onReset: () => void
  readonly children: ReactNode
}

interface BoundaryState {
  readonly error: Error | null
  readonly of: string
}

/** Shows the error of what it contains, and a button that fetches again. */
class ErrorBoundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null, of: this.props.of }

  static getDerivedStateFromError(error: Error): Partial<BoundaryState> {
    return { error }
  }

  static getDerivedStateFromProps({ of }: BoundaryProps, state: BoundaryState): BoundaryState | null {
    return of === state.of ? null : { error: null, of }
  }

  readonly #retry = () => {
    this.props.onReset()
    this.setState({ error: null })
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <div role="alert">
        <p>
          <strong>{error.name}</strong>: {reasonOf(error)}
        </p>
        <Button onClick={this.#retry}>Try again</Button>
      </div>
    )
  }
}

/** What the server says, if it refused. */
function reasonOf(error: Error): string {
  return error instanceof RequestError ? (error.error as { message: string }).message : error.message
}
