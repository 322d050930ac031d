import { act, render, screen, waitFor } from '@testing-library/react'
import { type ReactNode, startTransition, Suspense, useDeferredValue, useState } from 'react'
import {
  type SocketOptions,
  type RealtimeOptions,
  useSuspenseSubscription,
  useSubscription,
} from 'react-query-realtime'
import { expect, test, vi } from 'vitest'
import { allowConsole } from '../support/consoleGuard.ts'
import { ErrorBoundary } from '../support/ErrorBoundary.tsx'
import { setUpMarket } from '../support/setUpMarket.tsx'

const openMarket = setUpMarket()
const REPORTED = /The above error occurred|Error: |error boundary/

/** A page whose prices suspend, below an error boundary. */
async function openSuspended(options: Partial<SocketOptions> = {}, provider: RealtimeOptions = {}) {
  const page = await openMarket(options, provider)
  const { market, server } = page
  const renders = vi.fn()
  function Price({ symbol, title = symbol }: { symbol: string; title?: string }) {
    renders(symbol)
    const price = useSuspenseSubscription(market, { type: 'price', params: { symbol } })
    return (
      <p title={title} onClick={() => void price.refetch()}>
        {String(price.data)}
        {price.isComplete && ' complete'}
        {price.isStale && ' stale'}
        {price.isError && ' failed'}
      </p>
    )
  }
  const within = (ui: ReactNode) => (
    <ErrorBoundary>
      <Suspense fallback={<i>Loading…</i>}>{ui}</Suspense>
    </ErrorBoundary>
  )
  const show = (ui: ReactNode) => {
    const view = page.render(within(ui))
    return { ...view, rerender: (next: ReactNode) => view.rerender(within(next)) }
  }
  /** Nothing is left: no subscription, no connection. */
  const isFree = () =>
    waitFor(() => expect(server.sockets.every(socket => socket.readyState === 3)).toBe(true))
  /** Lets time pass (ms) in which React renders, as it does not inside `act`. */
  const pass = (ms: number) => {
    const end = performance.now() + ms
    return waitFor(() => expect(performance.now()).toBeGreaterThan(end), { timeout: ms + 8_000 })
  }
  return { ...page, Price, renders, show, isFree, pass }
}

test('suspends until the first message, and subscribes once under StrictMode', async () => {
  const { server, show, Price, shows, sent, isFree, pass } = await openSuspended()
  const view = show(<Price symbol="BTC" />)
  await sent('+BTC')
  await pass(100)
  expect(view.container.textContent).toBe('Loading…')
  server.publish('BTC', 1)
  await shows('BTC', '1')
  server.publish('BTC', 2)
  await shows('BTC', '2')
  await pass(200)
  await sent('+BTC')
  expect(server.requests).toHaveLength(1)
  view.rerender(null)
  await isFree()
})

test('stays subscribed once, however long the first message takes', async () => {
  const { server, show, Price, shows, sent, renders, pass } = await openSuspended()
  show(<Price symbol="BTC" />)
  await sent('+BTC')
  await pass(4_500)
  // Once a second, and StrictMode doubles it.
  expect(renders.mock.calls.length).toBeLessThan(20)
  server.publish('BTC', 1)
  await shows('BTC', '1')
  await sent('+BTC')
  expect(server.requests).toHaveLength(1)
})

test('a page that is left before its first message leaves no subscription and no connection behind', async () => {
  const { server, show, Price, sent, isFree, queryClient, pass } = await openSuspended()
  const view = show(<Price symbol="BTC" />)
  await sent('+BTC')
  view.rerender(null)
  await sent('+BTC', '-BTC')
  await isFree()
  await pass(100)
  expect(server.requests).toHaveLength(1)
  expect(queryClient.isFetching()).toBe(0)
  // Later it subscribes again.
  server.values.set('BTC', 3)
  view.rerender(<Price symbol="BTC" />)
  await waitFor(() => expect(view.container.textContent).toBe('3'))
  await sent('+BTC', '-BTC', '+BTC')
})

test('siblings suspend side by side on one connection, and share a key', async () => {
  const { server, show, Price, shows, sent } = await openSuspended()
  server.values.set('BTC', 1).set('ETH', 2)
  show([
    <Suspense key="a">
      <Price symbol="BTC" />
    </Suspense>,
    <Suspense key="b">
      <Price symbol="ETH" />
    </Suspense>,
    <Suspense key="c">
      <Price symbol="BTC" title="again" />
    </Suspense>,
  ])
  await shows('BTC', '1')
  await shows('ETH', '2')
  await shows('again', '1')
  await sent('+BTC', '+ETH')
  expect(server.requests).toHaveLength(1)
})

test('a sibling without data does not unsubscribe the one that has it, while both wait for each other', async () => {
  const { server, show, Price, shows, sent, pass } = await openSuspended()
  server.values.set('BTC', 1)
  show([<Price key="a" symbol="BTC" />, <Price key="b" symbol="ETH" />])
  await sent('+BTC', '+ETH')
  await pass(3_500)
  server.publish('BTC', 2)
  server.publish('ETH', 9)
  await shows('ETH', '9')
  await shows('BTC', '2')
  await pass(200)
  await sent('+BTC', '+ETH')
})

test.each(['a transition', 'a deferred value'])(
  'params that change in %s keep the old price on screen',
  async how => {
    const { server, show, Price, shows, sent, pass } = await openSuspended()
    server.values.set('BTC', 1)
    let change: (symbol: string) => void = () => {}
    function Page() {
      const [symbol, setSymbol] = useState('BTC')
      const deferred = useDeferredValue(symbol)
      change = setSymbol
      return <Price symbol={how === 'a transition' ? symbol : deferred} title="page" />
    }
    const { container } = show(<Page />)
    await shows('page', '1')
    const run = how === 'a transition' ? startTransition : (call: () => void) => call()
    act(() => run(() => change('ETH')))
    await sent('+BTC', '+ETH')
    await pass(2_500)
    expect(container.textContent).toBe('1')
    server.publish('BTC', 2)
    await shows('page', '2')
    server.publish('ETH', 9)
    await shows('page', '9')
    await sent('+BTC', '+ETH', '-BTC')
    expect(server.holds()).toEqual(['ETH'])
  },
)

test('a transition that is replaced by another leaves nothing behind', async () => {
  const { server, show, Price, shows, sent } = await openSuspended()
  server.values.set('BTC', 1).set('SOL', 3)
  let change: (symbol: string) => void = () => {}
  function Page() {
    const [symbol, setSymbol] = useState('BTC')
    change = setSymbol
    return <Price symbol={symbol} title="page" />
  }
  show(<Page />)
  await shows('page', '1')
  act(() => startTransition(() => change('ETH')))
  await sent('+BTC', '+ETH')
  act(() => startTransition(() => change('SOL')))
  await shows('page', '3')
  await waitFor(() => expect(server.holds()).toEqual(['SOL']))
  expect(server.frames.filter(frame => frame.startsWith('+'))).toEqual(['+BTC', '+ETH', '+SOL'])
})

test('params that change without a transition show the fallback', async () => {
  const { server, show, Price, shows, sent } = await openSuspended()
  server.values.set('BTC', 1)
  const view = show(<Price symbol="BTC" title="page" />)
  await shows('page', '1')
  view.rerender(<Price symbol="ETH" title="page" />)
  await sent('+BTC', '+ETH')
  expect(screen.getByText('Loading…')).toBeDefined()
  server.publish('ETH', 2)
  await shows('page', '2')
  await sent('+BTC', '+ETH', '-BTC')
})

test('a refusal goes to the error boundary, and a reset subscribes again', async () => {
  allowConsole(REPORTED)
  const { server, show, Price, shows, sent, pass } = await openSuspended()
  server.respond.subscribed = (_key, _frame, send) => send({ error: 'no such symbol' })
  show(<Price symbol="XYZ" />)
  expect((await screen.findByRole('alert')).textContent).toContain('RequestError')
  await pass(100)
  await sent('+XYZ')
  server.respond.subscribed = (_key, _frame, send) => send({ response: 3 })
  act(() => screen.getByText('Try again').click())
  await shows('XYZ', '3')
  await sent('+XYZ', '+XYZ')
})

test('an error for live data keeps the data', async () => {
  const { server, show, Price, shows } = await openSuspended()
  server.values.set('BTC', 1)
  show(<Price symbol="BTC" />)
  await shows('BTC', '1')
  server.say('BTC', { error: 'delisted' })
  await shows('BTC', '1 stale failed')
})

test('an end sets isComplete, even if it arrives with the first message', async () => {
  const { server, show, Price, shows, sent, pass } = await openSuspended()
  server.respond.subscribed = (key, _frame, send) =>
    send(key === 'BTC' ? { response: 1, isLast: true } : { response: 2 })
  show([
    <Suspense key="a">
      <Price symbol="BTC" />
    </Suspense>,
    <Suspense key="b">
      <Price symbol="ETH" />
    </Suspense>,
  ])
  await shows('BTC', '1 complete')
  await shows('ETH', '2')
  server.say('ETH', { isLast: true })
  await shows('ETH', '2 complete')
  await pass(100)
  await sent('+BTC', '+ETH')
})

test('a handler and a schema of the definition apply to the first message', async () => {
  const on = vi.fn()
  const { server, show, Price, shows } = await openSuspended({
    on: {
      price: ({ params, response }, cache) => {
        on(response)
        cache.setQueryData(['price', params], Number(response) * 100)
      },
    },
  })
  server.values.set('BTC', 1)
  show(<Price symbol="BTC" />)
  await shows('BTC', '100')
  server.publish('BTC', 2)
  await shows('BTC', '200')
  expect(on.mock.calls).toEqual([[1], [2]])
})

test('onMessage runs once for each message, before and after the component has mounted', async () => {
  const onMessage = vi.fn()
  const { server, show, Price, shows } = await openSuspended({
    onMessage: ({ response }) => onMessage(response),
  })
  server.values.set('BTC', 1)
  show(<Price symbol="BTC" />)
  await shows('BTC', '1')
  server.publish('BTC', 2)
  await shows('BTC', '2')
  expect(onMessage.mock.calls).toEqual([[1], [2]])
})

test('shares its subscription with useSubscription, and does not suspend for data that is there', async () => {
  const { server, show, Price, shows, sent, market } = await openSuspended()
  function Namesake() {
    return (
      <b title="plain">
        {String(useSubscription(market, { type: 'price', params: { symbol: 'BTC' } }).data)}
      </b>
    )
  }
  const view = show(<Namesake key="a" />)
  await sent('+BTC')
  server.publish('BTC', 1)
  await shows('plain', '1')
  view.rerender([<Namesake key="a" />, <Price key="b" symbol="BTC" />])
  expect(screen.getByTitle('BTC').textContent).toBe('1')
  view.rerender([<Price key="b" symbol="BTC" />])
  server.publish('BTC', 2)
  await shows('BTC', '2')
  await sent('+BTC')
})

test('under a boundary above the provider, the first render costs one more connection, and leaves nothing behind', async () => {
  const { server, wrap, Price, shows } = await openSuspended()
  server.values.set('BTC', 1)
  render(<Suspense fallback="Loading…">{wrap(<Price symbol="BTC" />)}</Suspense>)
  await shows('BTC', '1')
  await waitFor(() => expect(server.holds()).toEqual(['BTC']))
  await waitFor(() => expect(server.sockets.filter(({ readyState }) => readyState === 1)).toHaveLength(1))
  expect(server.requests.length).toBeLessThanOrEqual(2)
})
