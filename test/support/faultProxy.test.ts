import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { type RunningDemoServer, startDemoServer } from '../../stories/server/startDemoServer.ts'
import type { BreakAct, FrameAct, HandshakeAct, RequestAct } from './faultProxy/rules.ts'
import { startFaultProxy } from './faultProxy/startFaultProxy.ts'
import { until } from './until.ts'

let server: RunningDemoServer
beforeAll(async () => {
  server = await startDemoServer()
})
afterAll(() => server.close())

let channels = 0

/** A proxy in front of a channel of the demo server, and clients that go through it. */
async function setUp() {
  const proxy = await startFaultProxy(server.url)
  onTestFinished(() => proxy.close())
  const channel = `proxy-${++channels}`
  const at = (path: string, base = proxy.url) => `${base}${path}?channel=${channel}`
  const post = (path: string, body: unknown) =>
    fetch(at(path, server.url), { method: 'POST', body: JSON.stringify(body) })
  await post('/feed', { rate: 0 })

  /** A plain WebSocket that records what it receives. */
  function openSocket() {
    const socket = new WebSocket(at('/socket').replace('http', 'ws'))
    const heard: { type: string; response: unknown }[] = []
    const ended = { code: 0, reason: '', status: 0 }
    socket.on('message', (data: Buffer) => void heard.push(JSON.parse(String(data)) as never))
    socket.on('error', () => undefined)
    socket.on('unexpected-response', (_request, response) => {
      ended.status = response.statusCode ?? 0
      socket.terminate()
    })
    socket.on('close', (code, reason) => Object.assign(ended, { code, reason: String(reason) }))
    onTestFinished(() => socket.terminate())
    return { socket, heard, ended, notes: () => heard.slice(1).map(({ response }) => response) }
  }
  const publish = (...responses: unknown[]) =>
    post(
      '/publish',
      responses.map(response => ({ type: 'note', params: null, response })),
    )
  async function open() {
    const client = openSocket()
    await until(() => expect(client.heard).toHaveLength(1))
    return client
  }
  return { proxy, at, post, publish, openSocket, open }
}

describe('without a matching rule', () => {
  test('requests, streams and sockets pass unchanged, and the log lists them in order', async () => {
    const { proxy, at, publish, open } = await setUp()
    await publish('a')
    const answer = await fetch(at('/poll'))
    expect(await answer.json()).toMatchObject({ entries: [{ type: 'note', response: 'a' }] })
    const stream = await fetch(at('/events'))
    const reader = stream.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('retry: 1000')
    await reader.cancel()
    const { socket, heard, notes } = await open()
    expect(heard[0]).toMatchObject({ type: 'welcome' })
    await publish('b', 'c')
    await until(() => expect(notes()).toEqual(['b', 'c']))
    socket.send(JSON.stringify({ type: 'echo', params: 'x'.repeat(70_000) }))
    await until(() => expect(notes()[2]).toHaveLength(70_000))
    // Connections but those: `fetch` opens one ahead where another was given up.
    const places = proxy.log.flatMap(entry => (entry.kind === 'moment' ? [entry.moment.at] : []))
    expect(places.filter(place => place !== 'connection')).toEqual([
      ...['request', 'request', 'handshake'],
      ...['frame', 'frame', 'frame', 'frame', 'frame'],
    ])
    expect(proxy.log.some(entry => 'act' in entry)).toBe(false)
  })

  test('a close passes in both directions, and nothing stays open', async () => {
    const { proxy, open, post } = await setUp()
    const first = await open()
    first.socket.close(1000)
    await until(() => expect(first.ended.code).toBe(1000))
    const second = await open()
    await post('/faults', { fault: 'kill', code: 4005 })
    await until(() => expect(second.ended.code).toBe(4005))
    await until(() => expect(proxy.openConnections()).toEqual([]))
  })
})

describe('a rule', () => {
  test('applies as often as configured, after the configured number of passes', async () => {
    const { proxy, at } = await setUp()
    proxy.add({ at: 'request', path: '/poll', skip: 1, times: 2, act: { do: 'answer', status: 503 } })
    const statuses = []
    for (let count = 0; count < 4; count++) statuses.push((await fetch(at('/poll'))).status)
    expect(statuses).toEqual([200, 503, 503, 200])
  })

  test('applies only to its method, path, connection, side and text', async () => {
    const { proxy, at, publish, open } = await setUp()
    proxy.add({ at: 'request', method: 'POST', act: { do: 'answer', status: 500 } })
    proxy.add({ at: 'request', path: '/orders', act: { do: 'answer', status: 501 } })
    proxy.add({ at: 'frame', from: 'server', text: 'secret', connection: 3, act: { do: 'drop' } })
    expect((await fetch(at('/orders'), { method: 'POST' })).status).toBe(500)
    expect((await fetch(at('/orders'))).status).toBe(501)
    expect((await fetch(at('/poll'))).status).toBe(200)
    const struck = await open()
    const spared = await open()
    await publish('secret', 'open')
    await until(() => expect(spared.notes()).toEqual(['secret', 'open']))
    await until(() => expect(struck.notes()).toEqual(['open']))
  })

  test('no longer applies after it is removed', async () => {
    const { proxy, at } = await setUp()
    const takeBack = proxy.add({ at: 'request', act: { do: 'answer', status: 503 } })
    proxy.add({ at: 'request', act: { do: 'answer', status: 500 } })
    expect((await fetch(at('/poll'))).status).toBe(503)
    takeBack()
    expect((await fetch(at('/poll'))).status).toBe(500)
    proxy.clear()
    expect((await fetch(at('/poll'))).status).toBe(200)
  })
})

/** What a raw connection receives from the proxy. */
async function connectRaw(url: string) {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), allowHalfOpen: true })
  const seen: string[] = []
  socket.on('error', error => seen.push((error as NodeJS.ErrnoException).code ?? ''))
  socket.on('end', () => seen.push('end'))
  socket.on('data', () => seen.push('data'))
  onTestFinished(() => void socket.destroy())
  await new Promise(resolve => socket.on('connect', resolve).on('close', resolve))
  return { socket, seen }
}

describe('a connection', () => {
  test('is refused while the proxy is down, and accepted again on the same port', async () => {
    const { proxy, at, open } = await setUp()
    const { socket, notes } = await open()
    await proxy.refuse()
    const { seen } = await connectRaw(proxy.url)
    expect(seen).toEqual(['ECONNREFUSED'])
    socket.send(JSON.stringify({ type: 'echo', params: 1 }))
    await until(() => expect(notes()).toEqual([1]))
    await proxy.accept()
    expect((await fetch(at('/poll'))).status).toBe(200)
  })

  test.each([
    ['reset', 'ECONNRESET'],
    ['end', 'end'],
  ] as const)('meets a %s', async (act, expected) => {
    const { proxy } = await setUp()
    proxy.add({ at: 'connection', act: { do: act } })
    const { seen } = await connectRaw(proxy.url)
    await until(() => expect(seen).toEqual([expected]))
  })

  test('that hangs stays open and receives nothing until the client closes it', async () => {
    const { proxy } = await setUp()
    proxy.add({ at: 'connection', act: { do: 'hang' } })
    const { socket, seen } = await connectRaw(proxy.url)
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    const other = await startFaultProxy(proxy.url)
    await other.close()
    expect(seen).toEqual([])
    expect(proxy.openConnections()).toEqual([0])
    socket.end()
    await until(() => expect(proxy.openConnections()).toEqual([]))
  })
})

describe('a request', () => {
  async function ask(act: RequestAct, path = '/poll') {
    const { proxy, at, publish } = await setUp()
    await publish('0123456789')
    proxy.add({ at: 'request', act })
    return { proxy, asked: fetch(at(path), { redirect: 'manual', signal: AbortSignal.timeout(10_000) }) }
  }

  test('is reset, or hangs until the client disconnects', async () => {
    await expect((await ask({ do: 'reset' })).asked).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    const { proxy, at } = await setUp()
    proxy.add({ at: 'request', act: { do: 'hang' } })
    const controller = new AbortController()
    const asked = fetch(at('/poll'), { signal: controller.signal })
    await until(() => expect(proxy.moments('request')).toHaveLength(1))
    expect(proxy.openConnections()).toEqual([0])
    controller.abort()
    await expect(asked).rejects.toThrow(/abort/i)
    await until(() => expect(proxy.openConnections()).not.toContain(0))
  })

  test('receives a status, headers and a body, also a redirect to another origin', async () => {
    const { asked } = await ask({
      do: 'answer',
      status: 302,
      headers: { location: 'http://127.0.0.2/', 'retry-after': '7' },
      body: 'moved',
    })
    const answer = await asked
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toBe('http://127.0.0.2/')
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(await answer.text()).toBe('moved')
  })

  test('is delayed by its delay', async () => {
    const before = performance.now()
    const { asked } = await ask({ do: 'delay', ms: 60 })
    expect((await asked).status).toBe(200)
    expect(performance.now() - before).toBeGreaterThanOrEqual(55)
  })

  test('receives the true body with a wrong content type', async () => {
    const answer = await (await ask({ do: 'headers', headers: { 'content-type': 'text/html' } })).asked
    expect(answer.headers.get('content-type')).toBe('text/html')
    expect(await answer.text()).toContain('0123456789')
  })

  test.each(['end', 'reset'] as const)('receives part of its Content-Length, then the %s', async then => {
    const answer = await (await ask({ do: 'cut', after: 20, then })).asked
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(20)
    await expect(answer.text()).rejects.toThrow('terminated')
  })

  test('receives headers and then nothing', async () => {
    const { proxy, asked } = await ask({ do: 'cut', after: 0, then: 'hang' }, '/events')
    const answer = await asked
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const reader = answer.body!.getReader()
    const other = await fetch(`${server.url}/poll`)
    await other.text()
    expect(proxy.openConnections()).toEqual([0])
    await expect(Promise.race([reader.read(), Promise.resolve('nothing')])).resolves.toBe('nothing')
    await reader.cancel()
  })

  test('receives the body one byte at a time', async () => {
    const answer = await (await ask({ do: 'drip' })).asked
    const sizes: number[] = []
    const whole: number[] = []
    for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
      sizes.push(part.length)
      whole.push(...part)
    }
    expect(sizes.length).toBeGreaterThan(20)
    expect(new TextDecoder().decode(Uint8Array.from(whole))).toContain('0123456789')
  })
})

describe('a handshake', () => {
  async function shake(act: HandshakeAct) {
    const page = await setUp()
    page.proxy.add({ at: 'handshake', act })
    return { ...page, ...page.openSocket() }
  }

  test('receives a status', async () => {
    const { ended } = await shake({ do: 'answer', status: 403 })
    await until(() => expect(ended).toMatchObject({ status: 403, code: 1006 }))
  })

  test('is reset', async () => {
    const { ended, socket } = await shake({ do: 'reset' })
    await until(() => expect(ended.code).toBe(1006))
    expect(socket.protocol).toBe('')
  })

  test('hangs until the client disconnects', async () => {
    const { proxy, socket } = await shake({ do: 'hang' })
    await until(() => expect(proxy.moments('handshake')).toHaveLength(1))
    expect(socket.readyState).toBe(WebSocket.CONNECTING)
    socket.terminate()
    await until(() => expect(proxy.openConnections()).toEqual([]))
  })

  test('is delayed by its delay', async () => {
    const { heard } = await shake({ do: 'delay', ms: 30 })
    await until(() => expect(heard).toHaveLength(1))
  })

  test('succeeds, and then nothing passes in either direction', async () => {
    const { proxy, heard, socket, publish } = await shake({ do: 'half-open' })
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'echo', params: 1 }))
    await publish('a')
    expect(heard).toEqual([])
    expect(proxy.moments('frame')).toEqual([])
    expect(socket.readyState).toBe(WebSocket.OPEN)
    socket.close()
    expect(socket.readyState).toBe(WebSocket.CLOSING)
    expect(proxy.openConnections()).toEqual([0])
  })
})

describe('a frame', () => {
  const of = 'b'
  const cases: [FrameAct['do'], FrameAct, unknown[]][] = [
    ['drop', { do: 'drop' }, ['a', 'c']],
    ['duplicate', { do: 'duplicate' }, ['a', 'b', 'b', 'c']],
    ['reorder', { do: 'reorder' }, ['a', 'c', 'b']],
    ['replace', { do: 'replace', text: '{"response":"B"}' }, ['a', 'B', 'c']],
    ['delay', { do: 'delay', ms: 20 }, ['a', 'b', 'c']],
    ['drip', { do: 'drip' }, ['a', 'b', 'c']],
  ]
  test.each(cases)('%s', async (_name, act, expected) => {
    const { proxy, publish, open } = await setUp()
    proxy.add({ at: 'frame', from: 'server', text: `"${of}"`, act })
    const { notes } = await open()
    for (const note of ['a', 'b', 'c']) await publish(note)
    await until(() => expect(notes()).toEqual(expected))
  })

  test('from the client is dropped', async () => {
    const { proxy, open } = await setUp()
    proxy.add({ at: 'frame', from: 'client', text: 'lost', act: { do: 'drop' } })
    const { socket, notes } = await open()
    for (const params of ['lost', 'kept']) socket.send(JSON.stringify({ type: 'echo', params }))
    await until(() => expect(notes()).toEqual(['kept']))
  })

  const breaks: [string, FrameAct, number, string][] = [
    ['cut in its middle', { do: 'cut', after: 5 }, 1006, ''],
    ['met by a reset', { do: 'reset' }, 1006, ''],
    ['met by a close', { do: 'close', code: 4401, reason: 'why' }, 4401, 'why'],
  ]
  test.each(breaks)('%s never arrives', async (_name, act, code, reason) => {
    const { proxy, publish, open } = await setUp()
    proxy.add({ at: 'frame', from: 'server', text: '"b"', act })
    const { notes, ended } = await open()
    for (const note of ['a', 'b', 'c']) await publish(note)
    await until(() => expect(ended).toMatchObject({ code, reason }))
    expect(notes()).toEqual(['a'])
  })

  test('that triggers half-open is the first to get lost, and the socket stays open', async () => {
    const { proxy, publish, open } = await setUp()
    proxy.add({ at: 'frame', from: 'server', text: '"b"', act: { do: 'half-open' } })
    const struck = await open()
    for (const note of ['a', 'b', 'c']) await publish(note)
    const witness = await open()
    await publish('d')
    await until(() => expect(witness.notes()).toEqual(['d']))
    expect(struck.notes()).toEqual(['a'])
    expect(struck.socket.readyState).toBe(WebSocket.OPEN)
    expect(proxy.openConnections()).toEqual([0, 1])
  })
})

describe('an open connection', () => {
  const acts: [BreakAct, number][] = [
    [{ do: 'reset' }, 1006],
    [{ do: 'close', code: 1012 }, 1012],
  ]
  test.each(acts)('is affected immediately by %o, all connections or one', async (act, code) => {
    const { proxy, open } = await setUp()
    const clients = [await open(), await open(), await open()]
    proxy.strike(act, 1)
    await until(() => expect(clients[1]!.ended.code).toBe(code))
    expect([clients[0]!.socket.readyState, clients[2]!.socket.readyState]).toEqual([1, 1])
    proxy.strike(act)
    for (const { ended } of clients) await until(() => expect(ended.code).toBe(code))
  })

  test('is affected even while a response is running', async () => {
    const { proxy, at, publish } = await setUp()
    const open = async () => (await fetch(at('/events'))).body!.getReader()
    const first = await open()
    await first.read()
    proxy.strike({ do: 'reset' })
    await expect(first.read().then(() => first.read())).rejects.toThrow('terminated')
    const second = await open()
    await second.read()
    proxy.strike({ do: 'half-open' })
    await publish('unheard')
    await (await fetch(at('/poll'))).text()
    await expect(Promise.race([second.read(), Promise.resolve('nothing')])).resolves.toBe('nothing')
    await second.cancel()
  })
})
