import { act, screen, waitFor } from '@testing-library/react'
import { Profiler, useEffect } from 'react'
import {
  socketOptions,
  type SocketOptions,
  useLongPoll,
  useMessage,
  usePolling,
  useServerEvents,
  useSocket,
  useSocketQuery,
} from 'react-query-realtime'
import { describe, expect, test, vi } from 'vitest'
import { countSockets, openPage, watchLeaks } from './support.tsx'

const patient = { timeout: 20_000, interval: 20 }

function Light({ options }: { options: SocketOptions }) {
  return <i role="status">{useSocket(options).status}</i>
}

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

const isShown = (status: string) =>
  waitFor(() => expect(screen.getByRole('status').textContent).toBe(status), patient)

describe('sharing, in Chromium under StrictMode', () => {
  test('a hundred components on one URL make one WebSocket (C7)', async () => {
    const { made, webSocket } = countSockets()
    const page = await openPage({ webSocket })
    const url = page.at('/socket')
    page.render(Array.from({ length: 100 }, (_, index) => <Light key={index} options={{ url }} />))
    await waitFor(() => {
      const shown = screen.getAllByRole('status').map(node => node.textContent)
      expect(shown).toEqual(Array.from({ length: 100 }, () => 'open'))
    }, patient)
    expect(made).toHaveLength(1)
    expect((await page.clients()).opened.socket).toBe(1)
  })

  test('a thousand mounts and unmounts leave no socket, no request, no timer and no listener (C14)', async () => {
    const { made, webSocket } = countSockets()
    const page = await openPage({ webSocket, closeDelay: 100, heartbeat: true })
    const leaks = watchLeaks()
    function Everything() {
      useSocket({ url: page.at('/socket') })
      useServerEvents({ url: page.at('/events') })
      useLongPoll({ url: page.at('/long-poll') })
      usePolling({ url: page.at('/poll'), interval: 500 })
      return null
    }
    const view = page.render(null)
    for (let count = 0; count < 1_000; count++) view.rerender(count % 2 === 0 ? <Everything /> : null)
    view.rerender(<Everything />)
    await waitFor(async () => expect(await page.openNow('socket')).toBe(1), patient)
    expect(made.length).toBeLessThanOrEqual(2)
    view.unmount()
    page.queryClient.clear()
    await waitFor(async () => {
      for (const transport of ['socket', 'events', 'longPoll'] as const) {
        expect(await page.openNow(transport)).toBe(0)
      }
      expect(made.every(({ readyState }) => readyState === WebSocket.CLOSED)).toBe(true)
    }, patient)
    leaks.stop()
    await waitFor(() => expect([...leaks.listeners]).toEqual([]), patient)
    await waitFor(() => expect(leaks.timers.size).toBe(0), patient)
  })

  test('a message for one key re-renders only the readers of that key, and no reader of the status', async () => {
    const page = await openPage()
    const renders = vi.fn()
    const market = socketOptions({ url: page.at('/socket') })
    function Price({ symbol }: { symbol: string }) {
      const { data } = useMessage('price', { symbol })
      useEffect(() => renders(symbol))
      return <b title={symbol}>{String(data)}</b>
    }
    function Status() {
      const { status } = useSocket(market)
      useEffect(() => renders('status'))
      return <i role="status">{status}</i>
    }
    page.render([
      ...Array.from({ length: 50 }, (_, index) => <Price key={index} symbol={`S${index}`} />),
      <Status key="status" />,
    ])
    await isShown('open')
    renders.mockClear()
    await page.publish('price', { symbol: 'S7' }, 1)
    await waitFor(() => expect(screen.getByTitle('S7').textContent).toBe('1'), patient)
    expect(renders.mock.calls).toEqual([['S7']])
  })
})

describe('faults, in Chromium under StrictMode', () => {
  test('a token rejected with 4401 is refreshed once, and the socket reconnects', async () => {
    const asked: string[] = []
    let token: string | undefined
    const page = await openPage({
      async getToken({ reason }) {
        asked.push(reason)
        if (token === undefined || reason === 'refused') {
          token = ((await page.post('/token', { ttl: 60_000 })) as { token: string }).token
        }
        return token
      },
    })
    const heard: string[] = []
    const options: SocketOptions = {
      url: page.at('/socket?auth=required'),
      onMessage: ({ type }) => heard.push(type),
    }
    page.render(<Light options={options} />)
    await waitFor(() => expect(heard).toEqual(['welcome']), patient)
    await page.fault('expire-token')
    await waitFor(() => expect(heard).toEqual(['welcome', 'welcome']), patient)
    await isShown('open')
    expect(asked.filter(reason => reason === 'refused')).toEqual(['refused'])
  })

  test('with the defaults, no retry during an outage of 5 s waits longer than half the outage', async () => {
    const page = await openPage()
    page.render(<Light options={{ url: page.at('/socket') }} />)
    await isShown('open')
    await page.fault('down', { ms: 5_000 })
    await isShown('reconnecting')
    await isShown('open')
    // The delays that were set, as a busy machine adds to the time that passes.
    const delays = page.events.flatMap(event => (event.kind === 'retry' ? [event.delay] : []))
    expect(delays.length).toBeGreaterThan(1)
    expect(Math.max(...delays)).toBeLessThanOrEqual(2_500)
  }, 30_000)

  test('a frozen server is detected within interval + timeout and replaced without waiting for its close (W7)', async () => {
    const { made, webSocket } = countSockets()
    const isClosed: boolean[] = []
    class WatchedWebSocket extends webSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        isClosed.push(made[0]?.readyState === WebSocket.CLOSED)
      }
    }
    const heartbeat = { interval: 1_000, timeout: 1_000 }
    const reconnect = { minDelay: 20, maxDelay: 200 }
    const page = await openPage({ webSocket: WatchedWebSocket, heartbeat, reconnect })
    page.render(<Light options={{ url: page.at('/socket') }} />)
    await isShown('open')
    await page.fault('freeze')
    // Timers of the same page: a busy machine delays them, too, but it keeps their order.
    await wait(heartbeat.interval + 250)
    await wait(heartbeat.timeout + 250)
    const error = expect.objectContaining({ failureKind: 'silence' }) as unknown
    expect(page.events).toContainEqual(expect.objectContaining({ kind: 'retry', error }))
    await waitFor(() => expect(made.length).toBeGreaterThanOrEqual(2), patient)
    // When it was replaced, the dead one had not closed.
    expect(isClosed.slice(0, 2)).toEqual([false, false])
    await page.fault('thaw')
    await isShown('open')
  }, 30_000)

  test('garbage frames, an unknown type and __proto__ as a type change only a counter and an event', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { made, webSocket } = countSockets()
    const page = await openPage({ webSocket })
    page.render(<Light options={{ url: page.at('/socket') }} />)
    await isShown('open')
    for (const kind of ['text', 'proto', 'unknown', 'number-type', 'empty']) {
      const before = page.events.length
      await page.fault('garbage', { kind, count: 2 })
      await waitFor(() => expect(page.events.length).toBeGreaterThanOrEqual(before + 2), patient)
      await page.fault('clear')
    }
    const kinds = new Set(page.events.map(({ kind }) => kind))
    expect(kinds).toEqual(new Set(['status', 'bad-message', 'unknown-type']))
    expect(page.queryClient.getQueryCache().getAll()).toEqual([])
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(made).toHaveLength(1)
    await isShown('open')
    warn.mockRestore()
  })

  test('an HTML page instead of JSON or an event stream writes nothing, and the hooks recover', async () => {
    const page = await openPage()
    await page.publish('note', null, 'first')
    const statuses = { events: '', poll: '', data: '' }
    function All() {
      const events = useServerEvents({ url: page.at('/events') })
      const poll = useLongPoll({ url: page.at('/long-poll?hold=200'), holdTimeout: 700 })
      const { data, error } = usePolling({ url: page.at('/poll?type=note'), interval: 200 })
      useEffect(() => {
        Object.assign(statuses, { events: events.status, poll: poll.status, data, error: error?.name })
      })
      return null
    }
    page.render(<All />)
    await waitFor(
      () => expect(statuses).toMatchObject({ events: 'open', poll: 'open', data: 'first' }),
      patient,
    )
    await page.fault('garbage', { kind: 'html', count: 1 })
    await page.fault('kill')
    await waitFor(() => {
      expect(page.events).toContainEqual(
        expect.objectContaining({
          connection: expect.objectContaining({ transport: 'serverEvents' }),
          error: expect.objectContaining({ failureKind: 'content-type' }),
        }),
      )
    }, patient)
    expect(statuses.data).toBe('first')
    await waitFor(() => {
      expect(statuses).toMatchObject({ events: 'open', poll: 'open', data: 'first', error: undefined })
    }, patient)
    const keys = page.queryClient.getQueryCache().getAll()
    expect(keys.map(({ queryKey }) => queryKey[0])).toEqual(['poll'])
  })
})

describe('data, in Chromium under StrictMode', () => {
  test('a burst over many keys is written together: one commit per flush, not per key (W24)', async () => {
    const page = await openPage()
    const symbols = Array.from({ length: 40 }, (_, index) => `S${index}`)
    const heard = vi.fn()
    const commits = vi.fn()
    function Price({ symbol }: { symbol: string }) {
      return <b title={symbol}>{String(useMessage('price', { symbol }).data)}</b>
    }
    function Prices() {
      useSocket({ url: page.at('/socket'), onMessage: heard })
      return symbols.map(symbol => <Price key={symbol} symbol={symbol} />)
    }
    page.render(
      <Profiler id="prices" onRender={commits}>
        <Prices />
      </Profiler>,
    )
    await waitFor(() => expect(heard).toHaveBeenCalled(), patient)
    commits.mockClear()
    const price = (symbol: string) => ({ type: 'price', params: { symbol }, response: 1 })
    await page.post('/feed', { rate: 0, batch: symbols.length })
    await page.post('/publish', symbols.map(price))
    await waitFor(
      () => symbols.forEach(symbol => expect(screen.getByTitle(symbol).textContent).toBe('1')),
      patient,
    )
    expect(commits.mock.calls.length).toBeLessThanOrEqual(2)
  })

  test('blob and arraybuffer frames keep their binaryType across a reconnect', async () => {
    const page = await openPage()
    const frames: unknown[] = []
    function Binary({ binaryType }: { binaryType: 'blob' | 'arraybuffer' }) {
      const { send, status } = useSocket({
        url: page.at('/socket'),
        binaryType,
        onMessage: ({ response }) => {
          if (response instanceof Blob || response instanceof ArrayBuffer) frames.push(response)
        },
      })
      return (
        <button title={binaryType} onClick={() => send(new Uint8Array([1, 2, 3]))}>
          {status}
        </button>
      )
    }
    page.render([<Binary key="a" binaryType="blob" />, <Binary key="b" binaryType="arraybuffer" />])
    for (let round = 1; round <= 2; round++) {
      await waitFor(async () => {
        const shown = screen.getAllByRole('button').map(node => node.textContent)
        expect(shown).toEqual(['open', 'open'])
        expect((await page.clients()).opened.socket).toBe(2 * round)
      }, patient)
      act(() => screen.getAllByRole('button').forEach(button => button.click()))
      await waitFor(() => expect(frames).toHaveLength(2 * round), patient)
      await page.fault('kill')
    }
    expect(frames.filter(frame => frame instanceof Blob)).toHaveLength(2)
    expect(frames.filter(frame => frame instanceof ArrayBuffer)).toHaveLength(2)
  })

  test('a request gets its reply, and pushes of the same key keep it live', async () => {
    const page = await openPage()
    await page.publish('price', { symbol: 'BTC' }, { last: 1 })
    function Price() {
      const { data } = useSocketQuery(
        { url: page.at('/socket') },
        { type: 'price', params: { symbol: 'BTC' } },
      )
      return <b>{(data as { last: number } | undefined)?.last}</b>
    }
    page.render(<Price />)
    await screen.findByText('1', {}, patient)
    await page.publish('price', { symbol: 'BTC' }, { last: 2 })
    await screen.findByText('2', {}, patient)
  })
})
