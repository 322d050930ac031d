import { act, screen, waitFor } from '@testing-library/react'
import { useEffect, useState } from 'react'
import {
  append,
  ConfigurationError,
  ConnectionLostError,
  type Message,
  RequestError,
  RequestTimeoutError,
  type SocketOptions,
  type SocketResult,
  socketOptions,
  tokenInFirstMessage,
  tokenInProtocol,
  useSocket,
} from 'react-query-realtime'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'
import { allowConsole } from '../support/consoleGuard.ts'

const open = setUpRealtime()

/** Shows the status and lets the test access the hook's result. */
function Light({ options, take }: { options: SocketOptions; take?: (socket: SocketResult) => void }) {
  const socket = useSocket(options)
  useEffect(() => {
    take?.(socket)
  })
  return <i role="status">{socket.status}</i>
}

const isShown = (status: string) =>
  waitFor(() => expect(screen.getAllByRole('status').map(node => node.textContent)).toContain(status))

async function openSocket(options: Partial<SocketOptions> = {}, path = '/socket', provider = {}) {
  const page = await open(provider)
  let socket!: SocketResult
  const socketUrl = page.at(path)
  const all = { url: socketUrl, ...options }
  const view = page.render(<Light options={all} take={given => (socket = given)} />)
  await isShown('open')
  return { ...page, view, socketUrl, socket: () => socket }
}

describe('one connection', () => {
  test('opens under StrictMode with exactly one WebSocket (C1)', async () => {
    const page = await openSocket()
    expect((await page.clients()).opened.socket).toBe(1)
  })

  test('is shared by a hundred components, and closes after the last unmount (C7)', async () => {
    const page = await open()
    const options = { url: page.at('/socket') }
    const view = page.render(
      Array.from({ length: 100 }, (_, index) => <Light key={index} options={options} />),
    )
    await isShown('open')
    expect((await page.clients()).opened.socket).toBe(1)
    view.unmount()
    await waitFor(async () => expect(await page.openNow('socket')).toBe(0))
  })

  test('stays open across a remount within the close delay', async () => {
    const page = await open({ closeDelay: 5_000 })
    const options = { url: page.at('/socket') }
    const view = page.render(<Light key="a" options={options} />)
    await isShown('open')
    view.rerender(<Light key="b" options={options} />)
    await isShown('open')
    expect((await page.clients()).opened.socket).toBe(1)
  })

  test('does not reconnect when an equal options object is new on each render (C8)', async () => {
    const page = await open()
    const url = page.at('/socket')
    let render = () => {}
    function Page() {
      const [count, setCount] = useState(0)
      render = () => setCount(count + 1)
      const { status } = useSocket({ url, protocols: ['a'], on: { x: () => {} }, queue: { limit: 5 } })
      return <i role="status">{status}</i>
    }
    page.render(<Page />)
    await isShown('open')
    for (let count = 0; count < 5; count++) act(() => render())
    await isShown('open')
    expect((await page.clients()).opened.socket).toBe(1)
  })

  test('is separate for other subprotocols', async () => {
    const page = await open()
    const url = page.at('/socket')
    page.render([
      <Light key="a" options={{ url, protocols: ['a'] }} />,
      <Light key="b" options={{ url, protocols: ['b'] }} />,
    ])
    await waitFor(async () => expect((await page.clients()).opened.socket).toBe(2))
  })

  test('is idle with enabled: false, and opens with true', async () => {
    const page = await open()
    const url = page.at('/socket')
    const view = page.render(<Light options={{ url, enabled: false }} />)
    await isShown('idle')
    expect((await page.clients()).opened.socket).toBe(0)
    view.rerender(<Light options={{ url, enabled: true }} />)
    await isShown('open')
  })

  test('needs an id if its url is a function, and says so', async () => {
    const page = await open()
    const silence = vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(() => page.render(<Light options={{ url: () => '/socket' }} />)).toThrow(ConfigurationError)
    silence.mockRestore()
  })

  test('calls a url function for each attempt', async () => {
    const page = await open()
    const url = vi.fn(() => Promise.resolve(page.at('/socket')))
    page.render(<Light options={{ id: 'market', url }} />)
    await isShown('open')
    await page.fault('kill')
    await waitFor(() => expect(url).toHaveBeenCalledTimes(2))
    await isShown('open')
  })

  test('fails with an error that says what to do if the URL is invalid', async () => {
    const page = await open()
    let error: unknown
    page.render(<Light options={{ url: 'http://[' }} take={socket => (error = socket.error)} />)
    await isShown('failed')
    expect(error).toBeInstanceOf(ConfigurationError)
  })
})

describe('messages', () => {
  test('reach the handler of their type once, for any number of components', async () => {
    const page = await open()
    const options = socketOptions({
      url: page.at('/socket'),
      on: { note: ({ response }, cache) => cache.setQueryData(['notes'], append(response)) },
    })
    page.render([<Light key="a" options={options} />, <Light key="b" options={options} />])
    await isShown('open')
    await page.publish('note', null, 'one')
    await page.publish('note', null, 'two')
    await waitFor(() => expect(page.queryClient.getQueryData(['notes'])).toEqual(['one', 'two']))
  })

  test('that fail warn once per type in development, even with `onEvent`, and are not quoted', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const fail = () => {
      throw new Error('secret')
    }
    const page = await openSocket({ on: { a: fail, b: fail }, maxMessageBytes: 2_000 })
    for (const type of ['a', 'b', 'nobody', 'a', 'nobody']) await page.publish(type, null, 'secret')
    for (let count = 0; count < 2; count++) await page.publish('big', null, 'secret'.repeat(1_000))
    await page.fault('garbage', { kind: 'text', count: 2 })
    const kinds = ['handler-error', 'bad-message', 'unknown-type']
    const ofKinds = () => page.events.filter(event => kinds.includes(event.kind))
    await waitFor(() => expect(ofKinds().length).toBeGreaterThanOrEqual(9))
    const texts = warn.mock.calls.map(([text]) => String(text))
    for (const text of [
      'for "a" threw Error',
      'for "b" threw Error',
      '"nobody"',
      'maxMessageBytes',
      'be read',
    ])
      expect(texts.filter(shown => shown.includes(text))).toHaveLength(1)
    expect(texts.join()).not.toContain('secret')
  })

  test('of a type that only `onMessage` uses do not warn', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const heard = vi.fn()
    const page = await openSocket({ onMessage: heard })
    await page.publish('nobody', null, 1)
    await waitFor(() => expect(heard.mock.calls.map(([{ type }]) => type as string)).toContain('nobody'))
    expect(warn).not.toHaveBeenCalled()
  })

  test('of a type without a handler are written if a query with exactly their key exists', async () => {
    const page = await openSocket()
    page.queryClient.setQueryData(['price', { symbol: 'BTC' }], { last: 0 })
    await page.publish('price', { symbol: 'ETH' }, { last: 1 })
    await page.publish('price', { symbol: 'BTC' }, { last: 2 })
    await waitFor(() => {
      expect(page.queryClient.getQueryData(['price', { symbol: 'BTC' }])).toEqual({ last: 2 })
    })
    expect(page.queryClient.getQueryData(['price', { symbol: 'ETH' }])).toBeUndefined()
  })

  test('reach onMessage of each component once, and re-render nothing', async () => {
    const page = await open()
    const url = page.at('/socket')
    const renders = vi.fn()
    const heard: Message[][] = [[], []]
    function Listener({ index }: { index: number }) {
      renders()
      const { status } = useSocket({ url, onMessage: message => heard[index]?.push(message) })
      return <i role="status">{status}</i>
    }
    page.render([<Listener key="a" index={0} />, <Listener key="b" index={1} />])
    await isShown('open')
    const before = renders.mock.calls.length
    for (let n = 0; n < 5; n++) await page.publish('note', null, n)
    await waitFor(() => {
      for (const list of heard) {
        expect(list.filter(({ type }) => type === 'note').map(({ response }) => response)).toEqual([
          0, 1, 2, 3, 4,
        ])
      }
    })
    expect(renders.mock.calls.length).toBe(before)
  })

  test.each(['text', 'proto', 'unknown', 'number-type', 'empty'])(
    'of garbage kind "%s" change only a counter, and the connection stays open',
    async kind => {
      const silence = vi.spyOn(console, 'warn').mockImplementation(() => {})
      const page = await openSocket()
      await page.fault('garbage', { kind, count: 3 })
      const kinds = ['bad-message', 'unknown-type']
      await waitFor(() => {
        expect(page.events.filter(event => kinds.includes(event.kind)).length).toBeGreaterThanOrEqual(3)
      })
      await page.fault('clear')
      expect(page.queryClient.getQueryCache().getAll()).toEqual([])
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      await isShown('open')
      expect((await page.clients()).opened.socket).toBe(1)
      silence.mockRestore()
    },
  )

  test('in binary frames arrive as their binaryType, before and after a reconnect (W22)', async () => {
    const frames: unknown[] = []
    const page = await openSocket({
      binaryType: 'arraybuffer',
      onMessage: ({ response }) => {
        if (Object.prototype.toString.call(response) !== '[object ArrayBuffer]') return
        frames.push((response as ArrayBuffer).byteLength)
      },
    })
    page.socket().send(new Uint8Array([1, 2, 3]))
    await waitFor(() => expect(frames).toEqual([3]))
    await page.fault('kill')
    await waitFor(async () => expect((await page.clients()).opened.socket).toBe(2))
    await isShown('open')
    page.socket().send(new Uint8Array(5))
    await waitFor(() => expect(frames).toEqual([3, 5]))
  })

  test('in another format are read by parse and written by serialize', async () => {
    const page = await openSocket(
      {
        binaryType: 'arraybuffer',
        parse: data => JSON.parse(new TextDecoder().decode(data as ArrayBuffer)),
        serialize: value => new TextEncoder().encode(JSON.stringify(value)),
      },
      '/socket?binary=1',
    )
    page.queryClient.setQueryData(['note'], 'old')
    await page.publish('note', null, 'new')
    await waitFor(() => expect(page.queryClient.getQueryData(['note'])).toBe('new'))
  })
})

describe('a component', () => {
  test('re-renders only for the connection properties that it reads', async () => {
    const page = await open({ heartbeat: { interval: 30, timeout: 5_000 } })
    const url = page.at('/socket')
    const renders = { nothing: vi.fn(), status: vi.fn(), latency: vi.fn() }
    function Nothing() {
      useSocket({ url })
      useEffect(() => renders.nothing())
      return null
    }
    function Status() {
      const { status } = useSocket({ url })
      useEffect(() => renders.status())
      return <i role="status">{status}</i>
    }
    function Latency() {
      const { latency } = useSocket({ url })
      useEffect(() => renders.latency(latency))
      return null
    }
    page.render([<Nothing key="a" />, <Status key="b" />, <Latency key="c" />])
    const first = renders.nothing.mock.calls.length
    await isShown('open')
    renders.status.mockClear()
    const beats = () => page.events.length + renders.latency.mock.calls.length
    const before = beats()
    await waitFor(() => expect(beats()).toBeGreaterThan(before + 1))
    expect(renders.status).not.toHaveBeenCalled()
    expect(renders.nothing.mock.calls.length).toBe(first)
  })
})

describe('sending', () => {
  test('request resolves with the response of the same type and params', async () => {
    const page = await openSocket()
    await expect(page.socket().request({ type: 'echo', params: { b: 1, a: [2] } })).resolves.toEqual({
      a: [2],
      b: 1,
    })
  })

  test('request rejects with the error of the server, and the connection stays open', async () => {
    const page = await openSocket()
    const refused = page.socket().request({ type: 'no such thing' })
    await expect(refused).rejects.toBeInstanceOf(RequestError)
    await expect(refused).rejects.toMatchObject({ error: { code: 'unknown-type' } })
    await expect(page.socket().request({ type: 'echo', params: 1 })).resolves.toBe(1)
    expect((await page.clients()).opened.socket).toBe(1)
  })

  test('request rejects after its timeout, and with the reason of an abort', async () => {
    const page = await openSocket()
    const slow = page.socket().request({ type: 'slow', params: { ms: 3_000 } }, { timeout: 50 })
    await expect(slow).rejects.toBeInstanceOf(RequestTimeoutError)
    const controller = new AbortController()
    const aborted = page
      .socket()
      .request({ type: 'slow', params: { ms: 3_001 } }, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
  })

  test('a pending request rejects with ConnectionLostError when the connection drops', async () => {
    const page = await openSocket()
    const lost = page.socket().request({ type: 'slow', params: { ms: 3_000 } })
    const outcome = expect(lost).rejects.toBeInstanceOf(ConnectionLostError)
    await page.socket().request({ type: 'echo', params: 1 })
    await page.fault('kill')
    await outcome
  })

  test('an idempotent request is sent again after a drop', async () => {
    const page = await openSocket()
    const asked = page.socket().request({ type: 'slow', params: { ms: 300 } }, { idempotent: true })
    await page.socket().request({ type: 'echo', params: 1 })
    await page.fault('kill')
    await expect(asked).resolves.toEqual({ ms: 300 })
  })

  test('messages that are sent before the socket opens are queued in order', async () => {
    const page = await open()
    const seen: unknown[] = []
    const options: SocketOptions = {
      url: page.at('/socket'),
      onMessage: ({ type, params }) => type === 'echo' && seen.push(params),
    }
    function Eager() {
      const { send, status } = useSocket(options)
      useEffect(() => {
        for (const params of [1, 2, 3]) send({ type: 'echo', params })
      }, [send])
      return <i role="status">{status}</i>
    }
    page.render(<Eager />)
    await isShown('open')
    await waitFor(() => expect(seen.slice(0, 3)).toEqual([1, 2, 3]))
  })

  test('send returns false if the queue is full, and after close()', async () => {
    allowConsole(/send queue is full/)
    const page = await openSocket({ queue: { limit: 1 } })
    await page.fault('refuse', { ms: 60_000 })
    await page.fault('kill')
    await isShown('reconnecting')
    expect([page.socket().send('a'), page.socket().send('b')]).toEqual([true, false])
    act(() => page.socket().close())
    await isShown('closed')
    expect(page.socket().send('c')).toBe(false)
    expect(page.events.map(({ kind }) => kind)).toContain('queue-overflow')
  })
})

describe('reconnecting', () => {
  test('a dropped connection reconnects', async () => {
    const page = await openSocket()
    await Promise.all([isShown('reconnecting'), page.fault('kill')])
    await isShown('open')
    expect((await page.clients()).opened.socket).toBe(2)
  })

  test('an unreachable server is retried, and the next retry is shown', async () => {
    const page = await openSocket()
    await page.fault('down', { ms: 60_000 })
    await isShown('reconnecting')
    await waitFor(() => expect(page.events.filter(({ kind }) => kind === 'retry').length).toBeGreaterThan(1))
    await page.fault('clear')
    await isShown('open')
  })

  test('every key that the connection wrote is invalidated once if the reconnect did not resume', async () => {
    const page = await openSocket()
    const key = ['price', { symbol: 'BTC' }]
    page.queryClient.setQueryData(key, 0)
    page.queryClient.setQueryData(['other'], 0)
    await page.publish('price', { symbol: 'BTC' }, 1)
    await waitFor(() => expect(page.queryClient.getQueryData(key)).toBe(1))
    await page.fault('kill')
    await waitFor(() => expect(page.queryClient.getQueryState(key)?.isInvalidated).toBe(true))
    expect(page.queryClient.getQueryState(['other'])?.isInvalidated).toBe(false)
    expect(page.events.filter(({ kind }) => kind === 'gap')).toEqual([
      expect.objectContaining({ cause: 'reconnect', keys: [key] }),
    ])
  })

  test('the heartbeat detects a frozen server, and the socket is replaced without waiting for its close', async () => {
    const page = await openSocket({ heartbeat: { interval: 150, timeout: 150 } })
    await page.fault('freeze')
    await isShown('reconnecting')
    await page.fault('thaw')
    await isShown('open')
    expect(page.events).toContainEqual(
      expect.objectContaining({ kind: 'retry', error: expect.objectContaining({ failureKind: 'silence' }) }),
    )
  })

  test('silenceTimeout detects a silent server, and sends nothing (W7)', async () => {
    const received: unknown[] = []
    const server = await startSocketServer(socket => {
      socket.on('message', data => received.push(data))
      if (server.sockets.length > 1) setInterval(() => socket.send('{"type":"tick"}'), 50).unref()
    })
    const page = await open()
    page.render(<Light options={{ url: server.url, silenceTimeout: 2_000, onMessage: () => {} }} />)
    await isShown('open')
    await waitFor(() => expect(server.sockets).toHaveLength(2), { timeout: 15_000 })
    await isShown('open')
    expect(received).toEqual([])
    expect(page.events).toContainEqual(
      expect.objectContaining({ kind: 'retry', error: expect.objectContaining({ failureKind: 'silence' }) }),
    )
  })

  test('the heartbeat measures the latency', async () => {
    const page = await openSocket({ heartbeat: { interval: 50, timeout: 1_000 } })
    await waitFor(() => expect(page.socket().latency).toBeGreaterThanOrEqual(0))
    expect(page.events.filter(({ kind }) => kind === 'unknown-type')).toEqual(
      page.events.filter(event => event.kind === 'unknown-type' && event.type === 'welcome'),
    )
  })

  test('close() closes the connection for all components, and reconnect() reopens it', async () => {
    const page = await open()
    const options = { url: page.at('/socket') }
    const sockets: SocketResult[] = []
    page.render([
      <Light key="a" options={options} take={socket => (sockets[0] = socket)} />,
      <Light key="b" options={options} take={socket => (sockets[1] = socket)} />,
    ])
    await isShown('open')
    act(() => sockets[0]?.close())
    await waitFor(() => {
      expect(screen.getAllByRole('status').map(node => node.textContent)).toEqual(['closed', 'closed'])
    })
    act(() => sockets[1]?.reconnect())
    await waitFor(() => {
      expect(screen.getAllByRole('status').map(node => node.textContent)).toEqual(['open', 'open'])
    })
  })

  test('a permanent close code fails the connection with an error that names it', async () => {
    const page = await openSocket()
    await page.fault('kill', { code: 4403 })
    await isShown('failed')
    expect(page.socket().error).toMatchObject({ code: 'connection-failed', status: 4403 })
  })

  test('decide overrides the failure table (W14)', async () => {
    const page = await openSocket({
      reconnect: {
        decide: failure => (failure.kind === 'close' && failure.code === 4403 ? 'retry' : undefined),
      },
    })
    await Promise.all([isShown('reconnecting'), page.fault('kill', { code: 4403 })])
    await isShown('open')
  })
})

describe('the token', () => {
  interface Issued {
    token: string
  }
  const ways = {
    'in the query': undefined,
    'as a subprotocol': tokenInProtocol(),
    'in the first message': tokenInFirstMessage(token =>
      JSON.stringify({ type: 'authenticate', params: { token } }),
    ),
  }

  async function openSignedIn(attachToken: SocketOptions['attachToken']) {
    const asked: string[] = []
    const tokens: string[] = []
    const page = await open()
    const getToken: SocketOptions['getToken'] = async ({ reason }) => {
      asked.push(reason)
      if (reason === 'refused' || tokens.length === 0) {
        const { token } = (await page.post('/token', { ttl: 60_000 })) as Issued
        tokens.push(token)
      }
      return tokens.at(-1) ?? null
    }
    const heard: string[] = []
    const options: SocketOptions = {
      url: page.at('/socket?auth=required'),
      getToken,
      attachToken,
      onMessage: ({ type }) => heard.push(type),
    }
    page.render(<Light options={options} />)
    await isShown('open')
    await waitFor(() => expect(heard).toContain('welcome'))
    return { ...page, asked, tokens, heard }
  }

  test.each(Object.entries(ways))(
    'is accepted with %s, and refreshed once after a 4401',
    async (_way, attach) => {
      const page = await openSignedIn(attach)
      await page.fault('expire-token')
      await waitFor(() => expect(page.heard.filter(type => type === 'welcome')).toHaveLength(2))
      await isShown('open')
      expect(page.asked.filter(reason => reason === 'refused')).toHaveLength(1)
      expect(page.tokens).toHaveLength(2)
      const told = JSON.stringify(page.events)
      for (const token of page.tokens) expect(told).not.toContain(token)
    },
  )

  test('fails the connection with an UnauthorizedError after two rejections (A6)', async () => {
    const page = await open({ getToken: () => 'wrong' })
    let error: unknown
    page.render(
      <Light options={{ url: page.at('/socket?auth=required') }} take={socket => (error = socket.error)} />,
    )
    await isShown('failed')
    expect(error).toMatchObject({ name: 'UnauthorizedError' })
  })

  test('is never sent to an untrusted origin (X3)', async () => {
    const page = await open({ getToken: () => 'secret', trustedOrigins: ['https://example.com'] })
    let error: unknown
    page.render(<Light options={{ url: page.at('/socket') }} take={socket => (error = socket.error)} />)
    await isShown('failed')
    expect(error).toMatchObject({ name: 'UntrustedOriginError' })
    expect((await page.clients()).opened.socket).toBe(0)
  })
})
