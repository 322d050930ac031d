import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render } from '@testing-library/react'
import { type ReactNode, StrictMode } from 'react'
import { RealtimeProvider, type RealtimeEvent, type RealtimeOptions } from 'react-query-realtime'
import { onTestFinished } from 'vitest'

interface ClientsAnswer {
  clients: { transport: string; open: number }[]
  opened: Record<'socket' | 'events' | 'longPoll' | 'poll', number>
}

/** A page in a real browser, under StrictMode, with its own channel on the real demo server. */
export async function openPage(options: RealtimeOptions = {}) {
  const channel = `browser-${crypto.randomUUID()}`
  const at = (path: string) => {
    const url = new URL(path, location.origin)
    url.searchParams.set('channel', channel)
    return url.href
  }
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(at(path), { method: 'POST', body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }
  await post('/feed', { rate: 0 })
  const clients = async () => (await (await fetch(at('/clients'))).json()) as ClientsAnswer
  const openNow = async (wanted: 'socket' | 'events' | 'longPoll') => {
    const { clients: present } = await clients()
    return present.filter(({ transport }) => transport === wanted).reduce((sum, { open }) => sum + open, 0)
  }

  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const events: RealtimeEvent[] = []
  const wrap = (children: ReactNode, client = queryClient) => (
    <StrictMode>
      <QueryClientProvider client={client}>
        <RealtimeProvider onEvent={event => events.push(event)} {...options}>
          {children}
        </RealtimeProvider>
      </QueryClientProvider>
    </StrictMode>
  )
  onTestFinished(() => {
    cleanup()
    queryClient.clear()
  })
  return {
    at,
    post,
    clients,
    openNow,
    queryClient,
    events,
    render: (children: ReactNode) => {
      const view = render(wrap(children))
      return {
        ...view,
        rerender: (next: ReactNode, client?: QueryClient) => view.rerender(wrap(next, client)),
      }
    },
    publish: (type: string, params: unknown, response: unknown) =>
      post('/publish', { type, params, response }),
    fault: (fault: string, more: object = {}) => post('/faults', { fault, ...more }),
  }
}

/** The browser's WebSocket, with every one that is made. */
export function countSockets() {
  const made: WebSocket[] = []
  class CountedWebSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      made.push(this)
    }
  }
  return { made, webSocket: CountedWebSocket }
}

type Add = (type: string, listener: unknown, options?: unknown) => void

/** Counts the timers that run and the listeners on the page from now on, until `stop`. */
export function watchLeaks() {
  const timers = new Set<unknown>()
  const listeners = new Set<string>()
  const ids = new Map<unknown, number>()
  const undo: (() => void)[] = []
  const replace = <Target extends object, Name extends keyof Target>(
    target: Target,
    name: Name,
    value: Target[Name],
  ) => {
    const original = target[name]
    target[name] = value
    undo.push(() => (target[name] = original))
  }
  const { setTimeout, clearTimeout, setInterval, clearInterval } = window
  replace(window, 'setTimeout', ((call: () => void, delay?: number) => {
    const id = setTimeout(() => {
      timers.delete(id)
      call()
    }, delay)
    timers.add(id)
    return id
  }) as typeof window.setTimeout)
  replace(window, 'setInterval', ((call: () => void, delay?: number) => {
    const id = setInterval(call, delay)
    timers.add(id)
    return id
  }) as typeof window.setInterval)
  for (const [name, clear] of [
    ['clearTimeout', clearTimeout],
    ['clearInterval', clearInterval],
  ] as const) {
    replace(window, name, id => {
      timers.delete(id)
      clear(id)
    })
  }
  const idOf = (listener: unknown) => {
    if (!ids.has(listener)) ids.set(listener, ids.size)
    return ids.get(listener)
  }
  for (const target of [window, document]) {
    const name = target === window ? 'window' : 'document'
    const { addEventListener: add, removeEventListener: remove } = target as unknown as Record<string, Add>
    const key = (type: string, listener: unknown) => `${name} ${type} ${idOf(listener)}`
    replace(target as { addEventListener: Add }, 'addEventListener', (type, listener, options) => {
      listeners.add(key(type, listener))
      add?.call(target, type, listener, options)
    })
    replace(target as { removeEventListener: Add }, 'removeEventListener', (type, listener, options) => {
      listeners.delete(key(type, listener))
      remove?.call(target, type, listener, options)
    })
  }
  const stop = () =>
    undo
      .splice(0)
      .reverse()
      .forEach(call => call())
  onTestFinished(stop)
  return { timers, listeners, stop }
}
