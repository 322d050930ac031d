import { focusManager, onlineManager, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act } from '@testing-library/react'
import { createRoot } from 'react-dom/client'
import {
  RealtimeProvider,
  useLongPoll,
  useMessage,
  usePolling,
  useSocket,
  useSocketQuery,
} from 'react-query-realtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { setUpRealtime } from '../support/setUpRealtime.tsx'

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
