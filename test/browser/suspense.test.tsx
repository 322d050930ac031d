import { act, screen, waitFor } from '@testing-library/react'
import { Activity, type ReactNode, startTransition, Suspense, useState } from 'react'
import {
  socketOptions,
  useSuspensePolling,
  useSuspenseSocketQuery,
  useSuspenseSubscription,
} from 'react-query-realtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { countSockets, openPage } from './support.tsx'

const patient = { timeout: 20_000, interval: 20 }

/** Three components that suspend for one symbol, on the demo server, in Chromium under StrictMode. */
async function openSuspended() {
  const { made, webSocket } = countSockets()
  const page = await openPage({ webSocket, closeDelay: 300 })
  const sent = vi.spyOn(WebSocket.prototype, 'send')
  onTestFinished(() => sent.mockRestore())
  const url = page.at('/socket')
  const socket = socketOptions({ url, on: { welcome: () => undefined } })
  const publish = (symbol: string, last: number) =>
    page.post('/publish', { type: 'price', params: { symbol }, response: { last } })
  await publish('BTC', 1)
  await publish('ETH', 2)
  function Requested({ symbol }: { symbol: string }) {
    const { data } = useSuspenseSocketQuery(socket, { type: 'price', params: { symbol } })
    return <p title="requested">{`${symbol} ${(data as { last: number }).last}`}</p>
  }
  function Subscribed({ symbol }: { symbol: string }) {
    const { data } = useSuspenseSubscription(socket, { type: 'ticker', params: { symbol } })
    return <p title="subscribed">{`${symbol} ${typeof (data as { last: number }).last}`}</p>
  }
  function Polled({ symbol }: { symbol: string }) {
    const poll = new URL(page.at('/poll'))
    poll.searchParams.set('type', 'price')
    poll.searchParams.set('symbol', symbol)
    const { data } = useSuspensePolling<{ last: number }>({ url: poll.href, interval: 60_000 })
    return <p title="polled">{`${symbol} ${data.last}`}</p>
  }
  const Three = ({ symbol }: { symbol: string }) => (
    <Suspense fallback="Loading…">
      <Requested symbol={symbol} />
      <Subscribed symbol={symbol} />
      <Polled symbol={symbol} />
    </Suspense>
  )
  const shows = (...texts: string[]) =>
    waitFor(() => {
      const shown = ['requested', 'subscribed', 'polled'].map(title => screen.getByTitle(title).textContent)
      expect(shown).toEqual(texts)
    }, patient)
  /** What the page has asked the demo server for. */
  const frames = () =>
    sent.mock.calls.flatMap(([data]) =>
      typeof data === 'string' && /"(price|ticker)"/.test(data) ? [data] : [],
    )
  const polls = async () => (await page.clients()).opened.poll
  /** The page has closed every socket, whatever a frozen server does. */
  const isFree = () =>
    waitFor(() => expect(made.every(({ readyState }) => readyState >= WebSocket.CLOSING)).toBe(true), patient)
  const render = (ui: ReactNode) => page.render(ui)
  return { ...page, made, publish, Three, shows, frames, polls, isFree, render }
}

test('three hooks open one socket, send one request each, change in a transition and leave nothing behind', async () => {
  const { made, Three, shows, frames, polls, publish, isFree, render } = await openSuspended()
  let change: (symbol: string) => void = () => {}
  function Page() {
    const [symbol, setSymbol] = useState('BTC')
    change = setSymbol
    return <Three symbol={symbol} />
  }
  const view = render(<Page />)
  expect(view.container.textContent).toBe('Loading…')
  await shows('BTC 1', 'BTC number', 'BTC 1')
  await publish('BTC', 5)
  await shows('BTC 5', 'BTC number', 'BTC 1')
  expect(made).toHaveLength(1)
  expect(frames()).toHaveLength(2)
  expect(await polls()).toBe(1)

  act(() => startTransition(() => change('ETH')))
  expect(screen.queryByText('Loading…')).toBeNull()
  await shows('ETH 2', 'ETH number', 'ETH 2')
  await waitFor(() => expect(frames()).toHaveLength(5), patient)
  expect(frames().filter(text => /"subscribe":false/.test(text))).toHaveLength(1)
  expect(made).toHaveLength(1)
  expect(await polls()).toBe(2)

  view.rerender(null)
  await isFree()
  expect(made).toHaveLength(1)
})

test('a page that is left while the server is silent leaves no socket behind', async () => {
  const { made, post, Three, isFree, render } = await openSuspended()
  await post('/faults', { fault: 'freeze' })
  const view = render(<Three symbol="BTC" />)
  await waitFor(() => expect(made).toHaveLength(1), patient)
  await new Promise(resolve => setTimeout(resolve, 1_500))
  expect(view.container.textContent).toBe('Loading…')
  view.rerender(null)
  await isFree()
  await post('/faults', { fault: 'clear' })
  expect(made).toHaveLength(1)
})

test('a hidden <Activity> closes its socket, and is live again when it is shown', async () => {
  const { made, Three, shows, publish, isFree, render } = await openSuspended()
  const tree = (mode: 'visible' | 'hidden') => (
    <Activity mode={mode}>
      <Three symbol="BTC" />
    </Activity>
  )
  const view = render(tree('visible'))
  await shows('BTC 1', 'BTC number', 'BTC 1')
  view.rerender(tree('hidden'))
  await isFree()
  await publish('BTC', 8)
  // TanStack Query takes data of suspense for fresh for a second.
  await new Promise(resolve => setTimeout(resolve, 1_000))
  view.rerender(tree('visible'))
  await shows('BTC 8', 'BTC number', 'BTC 8')
  expect(made).toHaveLength(2)
})
