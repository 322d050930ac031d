import { QueryErrorResetBoundary } from '@tanstack/react-query'
import { Component, type ReactNode } from 'react'

interface BoundaryProps {
  children: ReactNode
  onReset: () => void
}

/** An error boundary as apps write it: it shows the error, and a button that resets the query and renders again. */
export function ErrorBoundary({ children }: { children: ReactNode }) {
  return (
    <QueryErrorResetBoundary>
      {({ reset }) => <Boundary onReset={reset}>{children}</Boundary>}
    </QueryErrorResetBoundary>
  )
}

class Boundary extends Component<BoundaryProps, { error: Error | null }> {
  override state = { error: null }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  readonly #retry = () => {
    this.props.onReset()
    this.setState({ error: null })
  }

  override render() {
    const { error } = this.state as { error: Error | null }
    if (!error) return this.props.children
    return (
      <p role="alert">
        {`${error.name}: ${error.message}`}
        <button onClick={this.#retry}>Try again</button>
      </p>
    )
  }
}
