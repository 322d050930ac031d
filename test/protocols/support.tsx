import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { type ReactNode, StrictMode } from 'react'
import { RealtimeProvider, type RealtimeEvent, type RealtimeOptions } from 'react-query-realtime'
import { onTestFinished } from 'vitest'

export { until } from '../support/until.ts'

/** Lets a server listen on a free port of loopback, and closes it after the test. */
export async function startServer<Listener extends Server>(
  server: Listener,
): Promise<RunningServer<Listener>> {
  const connections = watchConnections(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const address = `127.0.0.1:${port}`
  onTestFinished(() => {
    void connections.dropConnections()
    server.close()
  })
  return { server, port, http: `http://${address}`, ws: `ws://${address}`, ...connections }
}

export interface RunningServer<Listener extends Server> extends Connections {
  server: Listener
  port: number
  /** `http://127.0.0.1:<port>` */
  http: string
  /** `ws://127.0.0.1:<port>` */
  ws: string
}

export interface Connections {
  /** The TCP connections that are open now. */
  connections: ReadonlySet<Socket>
  /** Resets all TCP connections, as a lost network would. Resolves when the server has noticed. */
  dropConnections(): Promise<void>
}

/** For a server that a framework starts: call it before a client connects. */
export function watchConnections(server: Server): Connections {
  const connections = new Set<Socket>()
  server.on('connection', socket => {
    connections.add(socket)
    socket.on('error', () => undefined).on('close', () => connections.delete(socket))
  })
  return {
    connections,
    async dropConnections() {
      await Promise.all(Array.from(connections, socket => once(socket.resetAndDestroy(), 'close')))
    },
  }
}

/** Quick retries, so that tests wait for outcomes and not for back-offs. */
const QUICK = { minDelay: 20, maxDelay: 200, stableAfter: 200, connectTimeout: 5_000 }

/** Renders components under StrictMode and a provider. Options are those of the provider. */
export function mountClient(children: ReactNode, options: RealtimeOptions = {}) {
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const events: RealtimeEvent[] = []
  const wrap = (inner: ReactNode) => (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider
          closeDelay={30}
          gapSpread={1}
          reconnect={QUICK}
          onEvent={event => events.push(event)}
          {...options}
        >
          {inner}
        </RealtimeProvider>
      </QueryClientProvider>
    </StrictMode>
  )
  onTestFinished(() => queryClient.clear())
  const view = render(wrap(children))
  return { ...view, rerender: (next: ReactNode) => view.rerender(wrap(next)), queryClient, events }
}

/** The texts of the elements with these labels. */
export const shown = (...labels: string[]) => labels.map(label => screen.getByLabelText(label).textContent)
