import { focusManager, onlineManager, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, screen } from '@testing-library/react'
import { createRoot } from 'react-dom/client'
import {
  RealtimeProvider,
  useLongPoll,
  useMessage,
  usePolling,
  useServerEvents,
  useSocket,
  useSocketQuery,
} from 'react-query-realtime'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { renderLive } from './pollingSetup.tsx'

const open = setUpRealtime()
const patient = { timeout: 10_000 }

/** As React Native's: no `reason`, no `throwIfAborted`, nothing static. */
class OldSignal {
  aborted = false
  readonly #listeners = new Set<() => void>()
  addEventListener(_type: string, listener: () => void) {
    this.#listeners.add(listener)
  }
  removeEventListener(_type: string, listener: () => void) {
    this.#listeners.delete(listener)
  }
  end() {
    this.aborted = true
    for (const listener of this.#listeners) listener()
  }
}
class OldController {
  readonly signal = new OldSignal()
  abort() {
    if (!this.signal.aborted) this.signal.end()
  }
}

/** A `fetch` whose body is not a stream. */
const realFetch = globalThis.fetch
const bufferedFetch = async (
  url: string,
  { method = 'GET', headers: sent = {}, body = null }: RequestInit,
) => {
  const init = { method, headers: sent, body }
  const { ok, status, headers, ...rest } = await realFetch(url, init).then(async response => ({
    ok: response.ok,
    status: response.status,
    headers: response.headers,
    bytes: await response.arrayBuffer(),
  }))
  return { ok, status, headers, arrayBuffer: () => Promise.resolve(rest.bytes) } as unknown as Response
}

/** Removes what React Native lacks; `window` exists, but without events. */
function becomeReactNative() {
  const missing = [
    'document',
    'addEventListener',
    'removeEventListener',
    'TextDecoder',
    'TextEncoder',
    'Event',
  ]
  for (const name of missing) vi.stubGlobal(name, undefined)
  vi.stubGlobal('AbortController', OldController)
  vi.stubGlobal('AbortSignal', OldSignal)
  // React DOM, which stands for React Native's renderer here, looks for frames before it commits.
  vi.stubGlobal('window', { HTMLIFrameElement: Object })
  vi.stubGlobal('navigator', { product: 'ReactNative' })
}

test('the hooks run with the globals of React Native and no DOM, and follow focusManager and onlineManager', async () => {
  const page = await open()
  const container = document.createElement('div')
  const root = createRoot(container)
  const hints = { socket: '' }
  function AllHooks() {
    const socket = useSocket({ url: page.at('/socket'), whenHidden: 'pause', onMessage: () => undefined })
    const longPoll = useLongPoll({ url: page.at('/long-poll') })
    const poll = usePolling({ url: page.at('/poll?type=price'), interval: 60_000 })
    const query = useSocketQuery(
      { url: page.at('/socket'), whenHidden: 'pause' },
      { type: 'echo', params: 7 },
    )
    const { data: message } = useMessage('price')
    hints.socket = socket.status
    return [socket.status, longPoll.status, poll.data, query.data, message].map(String).join(' ')
  }
  becomeReactNative()
  onTestFinished(() => {
    vi.unstubAllGlobals()
    focusManager.setFocused(undefined)
    onlineManager.setOnline(true)
    act(() => root.unmount())
  })
  await page.publish('price', null, 'ä')
  act(() =>
    root.render(
      <QueryClientProvider client={new QueryClient()}>
        <RealtimeProvider
          baseUrl={new URL(page.at('/')).origin}
          fetch={bufferedFetch}
          getToken={() => 'token'}
          attachToken={request => request}
        >
          <AllHooks />
        </RealtimeProvider>
      </QueryClientProvider>,
    ),
  )
  const text = async (expected: string | RegExp) => {
    await vi.waitFor(() => expect(container.textContent).toMatch(expected), patient)
  }
  await text(/^open open ä 7 ä$/)
  act(() => focusManager.setFocused(false))
  await text(/^paused /)
  act(() => focusManager.setFocused(true))
  await text(/^open /)
})

/** A `fetch` over `XMLHttpRequest`, which responds when the body has ended. It marks itself as React Native's does. */
const responseAtEnd = Object.assign(
  (url: string, init: RequestInit) =>
    realFetch(url, init).then(async response => {
      await response.clone().arrayBuffer()
      return response
    }),
  { polyfill: true },
)

describe('useServerEvents with a fetch that does not stream', () => {
  const message =
    'failed /: This "fetch" does not stream responses. In React Native, pass the "fetch" of expo/fetch to the provider.'
  const Events = ({ url }: { url: string }) => {
    const { status, error, data } = { data: '', ...useServerEvents({ url, reconnect: { minDelay: 10 } }) }
    return <p>{`${status} ${error?.message ?? ''} ${data}`}</p>
  }
  const startStream = () =>
    startServer(response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    })

  test('fails at once if it responds at the end, with what to do, and requests nothing', async () => {
    const { url, requests } = await startStream()
    vi.stubGlobal('fetch', responseAtEnd)
    onTestFinished(() => void vi.unstubAllGlobals())
    renderLive(<Events url={url} />)
    expect((await screen.findByText(/^failed/)).textContent).toContain(message)
    expect(requests).toEqual([])
  })

  test('fails if the response has no body, with what to do, and is not retried', async () => {
    const { url, requests } = await startStream()
    const fetch = async (...args: [string, RequestInit]) => {
      const { ok, status, headers } = await realFetch(...args)
      return { ok, status, headers } as Response
    }
    renderLive(<Events url={url} />, { fetch })
    expect((await screen.findByText(/^failed/)).textContent).toContain(message)
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(requests).toHaveLength(1)
  })

  test('is open if the provider has one that streams', async () => {
    const { url } = await startStream()
    vi.stubGlobal('fetch', responseAtEnd)
    onTestFinished(() => void vi.unstubAllGlobals())
    renderLive(<Events url={url} />, { fetch: (...args) => realFetch(...args) })
    await screen.findByText(/^open/)
  })
})

/** As the class of React Native: it finds the host only after `http`, and what stands before the last `@` is no host. */
class LimitedUrl {
  readonly href: string
  constructor(url: string, base = '') {
    this.href = /^https?:/.test(url) || !base ? url : base.replace(/\/$/, '') + url
  }
  get protocol() {
    return /^\w+:/.exec(this.href)?.[0] ?? ''
  }
  get host() {
    return /^https?:\/\/(?:[^@]+@)?([^/?#]+)/.exec(this.href)?.[1] ?? ''
  }
  get pathname() {
    return /^https?:\/\/[^/]+([^?#]*)/.exec(this.href)?.[1] ?? '/'
  }
}

/** As the class of earlier versions, which has no getters. */
class OlderUrl {
  readonly href: string
  constructor(url: string, base = '') {
    this.href = base + url
  }
  get protocol(): never {
    throw new Error('URL.protocol is not implemented')
  }
  get host(): never {
    throw new Error('URL.host is not implemented')
  }
  get pathname(): never {
    throw new Error('URL.pathname is not implemented')
  }
}

describe.each([
  ['now', LimitedUrl],
  ['earlier', OlderUrl],
])("with React Native's URL without a polyfill, %s,", (_name, Url) => {
  test('every hook fails with what to do, and sends no token', async () => {
    const sent = vi.fn(realFetch)
    const baseUrl = 'http://127.0.0.1:9'
    function AllHooks() {
      const results = [
        useSocket({ url: '/socket' }),
        useServerEvents({ url: '/events' }),
        useLongPoll({ url: '/long-poll' }),
        usePolling({ url: '/poll', interval: 60_000, retry: false }),
      ]
      return results.map(({ status, error }, index) => <p key={index}>{`${status} ${error?.message}`}</p>)
    }
    vi.stubGlobal('URL', Url)
    onTestFinished(() => void vi.unstubAllGlobals())
    const getToken = vi.fn(() => 'token')
    renderLive(<AllHooks />, { baseUrl, fetch: sent, getToken })
    const advice =
      /The global "URL" does not follow the URL standard\. .*import react-native-url-polyfill\/auto/
    await vi.waitFor(() => expect(screen.getAllByText(advice)).toHaveLength(4), patient)
    expect([sent.mock.calls, getToken.mock.calls]).toEqual([[], []])
  })
})
