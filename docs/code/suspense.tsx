// #region hooks
import { socketOptions, useSuspensePolling, useSuspenseSubscription } from 'react-query-realtime'
import { z } from 'zod'

const market = socketOptions({
  url: '/socket',
  messages: { price: { params: z.object({ symbol: z.string() }), response: z.object({ last: z.number() }) } },
})

export function Price({ symbol }: { symbol: string }) {
  const { data } = useSuspenseSubscription(market, { type: 'price', params: { symbol } })
  return <b>{`${symbol}: ${data.last}`}</b>
}

export function News() {
  const { data: headlines } = useSuspensePolling<string[]>({ url: '/news', interval: 10_000 })
  return <p>{headlines.join(' · ')}</p>
}
// #endregion hooks

// #region boundary
import { QueryErrorResetBoundary } from '@tanstack/react-query'
import { Component, type ReactNode, Suspense } from 'react'

interface BoundaryProps {
  children: ReactNode
  onReset: () => void
}

/** Or use the package react-error-boundary. */
class ErrorBoundary extends Component<BoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  retry = () => {
    this.props.onReset()
    this.setState({ error: null })
  }

  override render() {
    const { error } = this.state
    return error ? <button onClick={this.retry}>{`${error.message} Try again`}</button> : this.props.children
  }
}

/** A part of the page with a skeleton and an error of its own. */
export function Pane({ children }: { children: ReactNode }) {
  return (
    <QueryErrorResetBoundary>
      {({ reset }) => (
        <ErrorBoundary onReset={reset}>
          <Suspense fallback={<p aria-busy>Loading…</p>}>{children}</Suspense>
        </ErrorBoundary>
      )}
    </QueryErrorResetBoundary>
  )
}
// #endregion boundary

// #region page
import { useState, useTransition } from 'react'

export function Page({ symbols }: { symbols: readonly string[] }) {
  const [symbol, setSymbol] = useState(symbols[0] ?? '')
  const [isPending, startTransition] = useTransition()
  return (
    <main aria-busy={isPending}>
      {symbols.map(name => (
        <button key={name} onClick={() => startTransition(() => setSymbol(name))}>
          {name}
        </button>
      ))}
      <Pane>
        <Price symbol={symbol} />
      </Pane>
      <Pane>
        <News />
      </Pane>
    </main>
  )
}
// #endregion page
