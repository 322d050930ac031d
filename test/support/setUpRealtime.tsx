import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import { type ReactNode, StrictMode } from 'react'
import { RealtimeProvider, type RealtimeEvent, type RealtimeOptions } from 'react-query-realtime'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { type RunningDemoServer, startDemoServer } from '../../stories/server/startDemoServer.ts'

interface ClientsAnswer {
  clients: { transport: string; open: number; requests: number }[]
  opened: Record<'socket' | 'events' | 'longPoll' | 'poll', number>
}

/** What a test gets of its page and of the channel behind it. */
export type RealtimePage = Awaited<ReturnType<ReturnType<typeof setUpRealtime>>>

/** Quick retries, so that tests wait for outcomes and not for back-offs. */
const QUICK = { minDelay: 20, maxDelay: 200, stableAfter: 200, connectTimeout: 5_000 }

/** A real demo server a test file, and for each test a channel of it with a page that talks to it under StrictMode. */
export function setUpRealtime() {
  let server: RunningDemoServer
  let channels = 0
  beforeAll(async () => {
    server = await startDemoServer()
  })
  afterAll(() => server.close())

  /** `via`: returns the URL at which the page finds the server; the test itself connects directly. */
  return async function open(options: RealtimeOptions = {}, via?: (url: string) => Promise<string>) {
    const channel = `hooks-${++channels}`
    const baseUrl = (await via?.(server.url)) ?? server.url
    const at = (path: string, base = baseUrl) => {
      const url = new URL(path, base)
      url.searchParams.set('channel', channel)
      return url.href
    }
    const post = async (path: string, body: unknown): Promise<unknown> => {
      const response = await fetch(at(path, server.url), { method: 'POST', body: JSON.stringify(body) })
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return response.json()
    }
    await post('/feed', { rate: 0 })

    const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
    const events: RealtimeEvent[] = []
    const wrap = (children: ReactNode, { key = '', client = queryClient } = {}) => (
      <StrictMode>
        <QueryClientProvider client={client}>
          <RealtimeProvider
            key={key}
            baseUrl={baseUrl}
            closeDelay={30}
            reconnect={QUICK}
            onEvent={event => events.push(event)}
            {...options}
          >
            {children}
          </RealtimeProvider>
        </QueryClientProvider>
      </StrictMode>
    )
    onTestFinished(() => queryClient.clear())

    const clients = async () => (await (await fetch(at('/clients', server.url))).json()) as ClientsAnswer
    /** How many connections of a transport are open at the server. */
    const openNow = async (wanted: 'socket' | 'events' | 'longPoll') => {
      const { clients: present } = await clients()
      return present.filter(({ transport }) => transport === wanted).reduce((sum, { open }) => sum + open, 0)
    }

    return {
      at: (path: string) => at(path),
      post,
      queryClient,
      events,
      wrap,
      render: (children: ReactNode) => {
        const view = render(wrap(children))
        return {
          ...view,
          rerender: (next: ReactNode, changes: { key?: string; client?: QueryClient } = {}) =>
            view.rerender(wrap(next, changes)),
        }
      },
      publish: (type: string, params: unknown, response: unknown) =>
        post('/publish', { type, params, response }),
      fault: (fault: string, more: object = {}) => post('/faults', { fault, ...more }),
      clients,
      openNow,
    }
  }
}
