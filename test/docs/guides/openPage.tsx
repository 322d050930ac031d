import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import { type ReactNode, StrictMode } from 'react'
import { RealtimeProvider, type RealtimeEvent, type RealtimeOptions } from 'react-query-realtime'
import { onTestFinished, vi } from 'vitest'

/** Quick retries, so that tests wait for outcomes and not for delays. */
export const QUICK = { minDelay: 20, maxDelay: 200, stableAfter: 200, connectTimeout: 5_000 }

/** Starts a guide's server on a free port of loopback until the test is over. */
export async function listen(server: Server, port = 0) {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const open = async (at: number) => {
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const actual = await open(port)
  const dropAll = () => sockets.forEach(socket => socket.destroy())
  onTestFinished(() => {
    dropAll()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${actual}`,
    /** Cuts all connections; the server takes new ones. */
    dropAll,
    /** Cuts all connections, and takes none until `comeBack`. What the server does by itself goes on. */
    async goDown() {
      const closed = once(server, 'close')
      server.close()
      dropAll()
      await closed
    },
    comeBack: () => open(actual),
  }
}

/** A relative URL of the guide's own `fetch` goes to the server, as in a browser that loaded the page from it. */
export function fetchFrom(url: string): void {
  const original = globalThis.fetch
  globalThis.fetch = (input, init) => original(typeof input === 'string' ? new URL(input, url) : input, init)
  onTestFinished(() => void (globalThis.fetch = original))
}

/** The page of a guide: its server on a free port, and its components under both providers in StrictMode. */
export async function openPage(server: Server, props: RealtimeOptions = {}) {
  const { url, ...network } = await listen(server)
  fetchFrom(url)
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const events: RealtimeEvent[] = []
  onTestFinished(() => queryClient.clear())
  const wrap = (children: ReactNode) => (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider
          baseUrl={url}
          closeDelay={30}
          reconnect={QUICK}
          onEvent={event => events.push(event)}
          {...props}
        >
          {children}
        </RealtimeProvider>
      </QueryClientProvider>
    </StrictMode>
  )
  return { url, ...network, queryClient, events, render: (children: ReactNode) => render(wrap(children)) }
}

/** Counts the requests that reach a server, by method and path; upgrades of WebSockets count as `GET`. */
export function countRequests(server: Server): string[] {
  const seen: string[] = []
  const note = ({ method, url = '' }: { method?: string | undefined; url?: string | undefined }) =>
    seen.push(`${method ?? ''} ${url.split('?')[0]}`)
  server.prependListener('request', note).prependListener('upgrade', note)
  return seen
}

/** Lets a spy record a console method without failing the test. */
export const silence = (method: 'warn' | 'error') =>
  vi.spyOn(console, method).mockImplementation(() => undefined)
