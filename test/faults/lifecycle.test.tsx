import { QueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { act, screen, waitFor } from '@testing-library/react'
import { Component, type ReactNode, Suspense, useEffect, useState } from 'react'
import { type SocketOptions, useServerEvents, useSocket } from 'react-query-realtime'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { anything } from '../support/schemas.ts'
import { pass, setUpFaults } from '../support/setUpFaults.tsx'
import { patient, setUpFaultyConnection } from '../support/setUpFaultyConnection.tsx'

const open = setUpFaults()
const openSocket = setUpFaultyConnection(useSocket, '/socket')
const openEvents = setUpFaultyConnection(useServerEvents, '/events')

let complained: MockInstance
beforeEach(() => {
  complained = vi.spyOn(console, 'error')
})
afterEach(() => {
  complained.mockRestore()
})

describe('a component that unmounts', () => {
  test('and remounts at once, as under StrictMode, opens no second connection and logs nothing (C1)', async () => {
    const page = await openSocket({}, { rules: [{ at: 'handshake', act: { do: 'delay', ms: 60 } }] })
    page.view.rerender(null)
    page.view.rerender(<page.Light />)
    await page.shows('open')
    expect(page.proxy.moments('handshake')).toHaveLength(1)
    expect(complained).not.toHaveBeenCalled()
  })

  test.each(['delay', 'hang'] as const)(
    'during the handshake (%s) leaves no socket and receives nothing more from it (C2)',
    async how => {
      const heard = vi.fn()
      const page = await openSocket(
        { onMessage: heard },
        { rules: [{ at: 'handshake', act: how === 'hang' ? { do: 'hang' } : { do: 'delay', ms: 2_000 } }] },
      )
      await waitFor(() => expect(page.proxy.moments('handshake')).toHaveLength(1), patient)
      page.view.unmount()
      await waitFor(() => expect(page.proxy.openConnections()).toEqual([]), patient)
      await pass(200)
      expect(heard).not.toHaveBeenCalled()
      expect(page.statuses()).toEqual(['connecting', 'idle'])
      expect(complained).not.toHaveBeenCalled()
    },
  )

  test.each([
    ['a socket', openSocket],
    ['a stream', openEvents],
  ])(
    'while a token for %s is requested opens nothing when the token arrives (C3)',
    async (_name, openOne) => {
      let give!: (token: string) => void
      const getToken = () => new Promise<string>(resolve => (give = resolve))
      const page = await openOne({}, { provider: { getToken } })
      await waitFor(() => expect(give).toBeTypeOf('function'), patient)
      page.view.unmount()
      await pass(60)
      give('late')
      await pass(100)
      expect(page.proxy.moments('connection')).toEqual([])
    },
  )

  test.each([
    ['a socket', openSocket],
    ['a stream', openEvents],
  ])('during the back-off of %s ends the attempts (C4)', async (_name, openOne) => {
    const page = await openOne(
      { reconnect: { minDelay: 150, maxDelay: 150 } },
      { rules: [{ at: 'connection', act: { do: 'reset' } }] },
    )
    await waitFor(() => expect(page.eventsOf('retry').length).toBeGreaterThanOrEqual(1), patient)
    page.view.unmount()
    // An attempt that is under way reaches the proxy within two turns of the event loop.
    for (let turn = 0; turn < 2; turn++) await pass(50)
    const before = page.proxy.moments('connection').length
    await pass(500)
    expect(page.proxy.moments('connection')).toHaveLength(before)
  })

  test('while a body is streaming ends the request and writes nothing more (C2)', async () => {
    const page = await openEvents({}, { rules: [{ at: 'request', act: { do: 'drip' } }] })
    await page.shows('open')
    await page.note('x'.repeat(50_000))
    page.view.unmount()
    await waitFor(() => expect(page.proxy.openConnections()).toEqual([]), patient)
    expect(page.notes).toEqual([])
  })

  test('and remounts a thousand times leaves one connection while mounted, and none afterwards (C14)', async () => {
    const page = await openSocket()
    for (let count = 0; count < 1_000; count++) page.view.rerender(count % 2 === 0 ? null : <page.Light />)
    await page.shows('open')
    await waitFor(() => expect(page.proxy.openConnections()).toHaveLength(1), patient)
    page.view.unmount()
    await waitFor(() => expect(page.proxy.openConnections()).toEqual([]), patient)
  })
})

test('close() inside a status listener is the last status change (C5)', async () => {
  const page = await open({
    onEvent: event => event.kind === 'status' && event.status === 'reconnecting' && close(),
  })
  let close = () => {}
  function Light() {
    const socket = useSocket({ url: page.at('/socket') })
    useEffect(() => {
      close = socket.close
    })
    return <i role="status">{socket.status}</i>
  }
  page.render(<Light />)
  const shows = (status: string) =>
    waitFor(() => expect(screen.getByRole('status').textContent).toBe(status), patient)
  await shows('open')
  page.proxy.strike({ do: 'reset' })
  await shows('closed')
  await pass(300)
  expect(page.proxy.moments('handshake')).toHaveLength(1)
  await shows('closed')
})

test('a hundred hooks with one URL share one connection, which closes one close delay after the last unmounts (C7)', async () => {
  const page = await openSocket({}, { provider: { closeDelay: 1_500 } })
  page.view.rerender(
    Array.from({ length: 100 }, (_, index) =>
      index === 0 ? <page.Light key={0} /> : <Other key={index} options={{ url: page.at('/socket') }} />,
    ),
  )
  await page.shows('open')
  page.view.rerender(null)
  await pass(50)
  expect(page.proxy.openConnections()).toHaveLength(1)
  await waitFor(() => expect(page.proxy.openConnections()).toEqual([]), patient)
  expect(page.proxy.moments('handshake')).toHaveLength(1)
})

function Other({ options }: { options: SocketOptions }) {
  useSocket(options)
  return null
}

test('options that are new objects on each render open no new connection (C8)', async () => {
  const page = await open()
  let again!: () => void
  function Light() {
    const [count, setCount] = useState(0)
    const { status } = useSocket({
      url: new URL(page.at('/socket')),
      protocols: ['app'],
      heartbeat: { interval: 20_000 },
      reconnect: { minDelay: 10 },
      queue: { limit: 7 },
      on: { note: () => undefined },
    })
    useEffect(() => {
      again = () => setCount(count + 1)
    })
    return <i role="status">{`${status} ${count}`}</i>
  }
  page.render(<Light />)
  for (let count = 0; count < 20; count++) {
    await waitFor(() => expect(screen.getByRole('status').textContent).toBe(`open ${count}`), patient)
    act(() => again())
  }
  expect(page.proxy.moments('handshake')).toHaveLength(1)
})

describe('a pause', () => {
  afterEach(() => vi.restoreAllMocks())
  const hide = (isHidden: boolean) => {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(isHidden ? 'hidden' : 'visible')
    act(() => void document.dispatchEvent(new Event('visibilitychange')))
  }

  test('lasts until the last reason ends: hidden and frozen, then only hidden, then none (C11)', async () => {
    const page = await openSocket({ whenHidden: 'pause' })
    await page.shows('open')
    hide(true)
    await page.shows('paused')
    act(() => void window.dispatchEvent(new Event('pagehide')))
    expect(page.result().pausedBy).toEqual(new Set(['hidden', 'frozen']))
    act(() => void window.dispatchEvent(new Event('pageshow')))
    expect(page.result().pausedBy).toEqual(new Set(['hidden']))
    await pass(200)
    expect(page.proxy.openConnections()).toEqual([])
    hide(false)
    await page.shows('open')
    expect(page.proxy.moments('handshake')).toHaveLength(2)
  })
})

describe('a QueryClient', () => {
  const written = { messages: { note: anything } }

  test('that replaces another gets all later messages, and the old one none (C15)', async () => {
    const page = await openSocket(written)
    await page.shows('open')
    await page.note('a')
    await waitFor(() => expect(page.queryClient.getQueryData(['note'])).toBe('a'), patient)
    const client = new QueryClient()
    page.view.rerender(<page.Light />, { client })
    await page.note('b')
    await waitFor(() => expect(client.getQueryData(['note'])).toBe('b'), patient)
    expect(page.queryClient.getQueryData(['note'])).toBe('a')
    expect(page.proxy.moments('handshake')).toHaveLength(1)
  })

  test('that is cleared still gets the next message (C15)', async () => {
    const page = await openSocket(written)
    await page.shows('open')
    await page.note('a')
    await waitFor(() => expect(page.queryClient.getQueryData(['note'])).toBe('a'), patient)
    page.queryClient.clear()
    await page.note('b')
    await waitFor(() => expect(page.queryClient.getQueryData(['note'])).toBe('b'), patient)
  })
})

class Boundary extends Component<{ children: ReactNode }> {
  override state = { hasFailed: false }
  static getDerivedStateFromError = () => ({ hasFailed: true })
  override render() {
    return this.state.hasFailed ? <b>failed</b> : this.props.children
  }
}

test('a component that an error boundary removes leaves no connection behind (C2)', async () => {
  complained.mockImplementation(() => {})
  const page = await openSocket()
  await page.shows('open')
  let fail!: () => void
  function Failing() {
    const [hasFailed, setFailed] = useState(false)
    useEffect(() => {
      fail = () => setFailed(true)
    })
    if (hasFailed) throw new Error('mine')
    return <page.Light />
  }
  page.view.rerender(
    <Boundary>
      <Failing />
    </Boundary>,
  )
  await page.shows('open')
  act(() => fail())
  await screen.findByText('failed')
  await waitFor(() => expect(page.proxy.openConnections()).toEqual([]), patient)
})

test('a component that suspends keeps its one connection, and still has it when it shows again (C1)', async () => {
  const page = await openSocket()
  await page.shows('open')
  let suspend!: () => void
  let resume!: () => void
  const slow = new Promise<string>(resolve => (resume = () => resolve('resumed')))
  function Suspending() {
    const [isSlow, setSlow] = useState(false)
    const queryFn = () => (isSlow ? slow : 'at once')
    const { data } = useSuspenseQuery({ queryKey: ['suspending', isSlow], queryFn })
    useEffect(() => {
      suspend = () => setSlow(true)
    })
    return (
      <>
        <page.Light />
        <b>{data}</b>
      </>
    )
  }
  page.view.rerender(
    <Suspense fallback={<b>waiting</b>}>
      <Suspending />
    </Suspense>,
  )
  await screen.findByText('at once')
  await act(async () => {
    suspend()
    await Promise.resolve()
  })
  await screen.findByText('waiting')
  await page.note('meanwhile')
  await act(async () => {
    resume()
    await Promise.resolve()
  })
  await screen.findByText('resumed')
  await page.shows('open')
  await page.note('after')
  await waitFor(() => expect(page.notes).toContain('after'), patient)
  await waitFor(() => expect(page.proxy.openConnections()).toHaveLength(1), patient)
})
