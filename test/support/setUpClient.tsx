import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen, waitFor } from '@testing-library/react'
import { type ReactNode, StrictMode } from 'react'
import {
  type RealtimeEvent,
  RealtimeClient,
  type RealtimeOptions,
  RealtimeProvider,
  socketOptions,
  type SocketOptions,
} from 'react-query-realtime'
import { expect, onTestFinished } from 'vitest'
import { startQuoteServer } from './quoteServer.ts'

export type LoaderMethod = 'fetchQuery' | 'prefetchQuery' | 'ensureQueryData'

/** A server of quotes, and a client made outside of React that its page and the test share. */
export async function setUpClient(options: RealtimeOptions = {}, more: Partial<SocketOptions> = {}) {
  const server = await startQuoteServer()
  const queryClient = new QueryClient()
  const events: RealtimeEvent[] = []
  const client = new RealtimeClient({
    queryClient,
    closeDelay: 300,
    reconnect: { minDelay: 20, maxDelay: 200, stableAfter: 200 },
    gapSpread: 1,
    trustedOrigins: [server.url],
    onEvent: event => events.push(event),
    ...options,
  })
  const market = socketOptions({ url: server.url, ...(more as object) })
  const wrap = (children: ReactNode) => (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider client={client}>{children}</RealtimeProvider>
      </QueryClientProvider>
    </StrictMode>
  )
  onTestFinished(() => {
    client.dispose()
    queryClient.clear()
  })
  const price = (symbol: string) => client.queryOptions(market, { type: 'price', params: { symbol } })
  /** Fetches as a loader does. Newer versions of TanStack Query have one method for all, older ones have only these. */
  const load = (options: { queryKey: readonly unknown[] }, method: LoaderMethod = 'fetchQuery') => {
    const call: (options: never) => Promise<unknown> = queryClient[method]
    return call.call(queryClient, options as never)
  }
  return {
    load,
    server,
    queryClient,
    events,
    client,
    market,
    price,
    wrap,
    render: (children: ReactNode) => {
      const view = render(wrap(children))
      return { ...view, rerender: (next: ReactNode) => view.rerender(wrap(next)) }
    },
    shows: (title: string, text: string | number) =>
      waitFor(() => expect(screen.getByTitle(title).textContent).toBe(String(text))),
    /** How many sockets are open at the server. */
    openNow: () => server.sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length,
    closes: () =>
      waitFor(() => {
        expect(server.sockets.length).toBeGreaterThan(0)
        expect(server.sockets.every(({ readyState }) => readyState === WebSocket.CLOSED)).toBe(true)
      }),
  }
}
