import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { createSocketTransport } from '../../src/core/socketTransport.ts'
import type { AttemptRequest } from '../../src/core/transport.ts'
import { createWorkerTransport } from '../../src/core/workerTransport.ts'
import { FakeClock } from '../support/fakeClock.ts'
import { RecordingSink, requestOf } from '../support/recordingSink.ts'
import { startSocketServer } from '../support/socketServer.ts'
import { until } from '../support/until.ts'
import { type HostedPage, startWorkerHost } from '../support/workerHost.ts'

/** Lets messages arrive. */
const turn = () => new Promise(resolve => setTimeout(resolve, 20))

/** A page with the transport of one connection. */
function connectTo(page: HostedPage, url: string) {
  const direct = createSocketTransport({ webSocket: () => WebSocket })
  const transport = createWorkerTransport(direct, undefined, page.share)
  function start(more: Partial<AttemptRequest> = {}) {
    const sink = new RecordingSink()
    const attempt = transport.open(requestOf(url, more), sink)
    onTestFinished(() => attempt.close())
    return { sink, attempt }
  }
  async function open(more: Partial<AttemptRequest> = {}) {
    const started = start(more)
    await until(() => expect(started.sink.calls.length).toBeGreaterThan(0))
    return started
  }
  return { page, start, open }
}

async function setUp(options: Parameters<typeof startWorkerHost>[0] = {}) {
  const received: string[] = []
  const server = await startSocketServer(socket =>
    socket.on('message', (data: Buffer) => received.push(String(data))),
  )
  const host = startWorkerHost(options)
  const publish = (...texts: string[]) => texts.forEach(text => server.sockets.at(-1)?.send(text))
  const openPage = () => connectTo(host.openPage(), server.url)
  return { server, host, publish, openPage, received }
}

describe('pages with one key', () => {
  test('have one socket, which the last one closes', async () => {
    const { server, publish, openPage } = await setUp()
    const first = await openPage().open()
    const second = await openPage().open()
    publish('a')
    for (const { sink } of [first, second]) expect(await sink.untilMessages(1)).toEqual(['a'])
    expect(second.sink.calls[0]).toEqual({ call: 'opened', resumed: false, isJoined: true })
    first.attempt.close()
    publish('b')
    expect(await second.sink.untilMessages(2)).toEqual(['a', 'b'])
    second.attempt.close()
    await until(() => expect(server.sockets[0]?.readyState).toBe(3))
    expect(server.sockets).toHaveLength(1)
  })

  test('get a token to the server once: that of the page that opens it, and no page sees that of another', async () => {
    const { server, host, received } = await setUp()
    const [a, b] = [host.openPage(), host.openPage()]
    await connectTo(a, `${server.url}?token=secret-a`).open({ firstMessage: 'secret-a' })
    await connectTo(b, `${server.url}?token=secret-b`).open({ firstMessage: 'secret-b' })
    await until(() => expect(received).toEqual(['secret-a']))
    expect(server.requests.map(({ url }) => url)).toEqual(['/?token=secret-a'])
    expect(JSON.stringify(b.traffic.received)).not.toContain('secret-a')
    const secrets = a.traffic.all.filter(message => JSON.stringify(message).includes('secret'))
    expect(secrets).toMatchObject([{ kind: 'open' }])
  })

  test('count a page that is killed as gone', async () => {
    const { server, host, openPage } = await setUp()
    const killed = openPage()
    await killed.open()
    killed.page.end()
    await until(() => expect(server.sockets[0]?.readyState).toBe(3))
    expect(host.locks.held).toHaveLength(1)
  })

  test('have another owner once the first has gone', async () => {
    const { openPage } = await setUp()
    const first = openPage()
    const { attempt } = await first.open()
    const second = await openPage().open()
    expect([attempt.shared?.isOwner, second.attempt.shared?.isOwner]).toEqual([true, false])
    first.page.end()
    await until(() => expect(second.sink.names).toEqual(['opened', 'owner']))
    expect(second.attempt.shared?.isOwner).toBe(true)
  })
})

describe('a page that comes back', () => {
  test('gets exactly what it missed while another page kept the socket', async () => {
    const { publish, openPage } = await setUp()
    const keeper = await openPage().open()
    const away = openPage()
    const before = await away.open()
    publish('a')
    await before.sink.untilMessages(1)
    before.attempt.close()
    publish('b', 'c')
    await keeper.sink.untilMessages(3)
    const after = await away.open()
    publish('d')
    expect(await after.sink.untilMessages(3)).toEqual(['b', 'c', 'd'])
    expect(after.sink.calls[0]).toMatchObject({ resumed: true })
  })

  test('gets messages from now on if it missed more than the worker keeps (T3)', async () => {
    const { publish, openPage } = await setUp()
    const keeper = await openPage().open()
    const away = openPage()
    const before = await away.open()
    publish('a')
    await before.sink.untilMessages(1)
    before.attempt.close()
    for (let count = 0; count < 9; count++) publish(String(count).repeat(1_000_000))
    await keeper.sink.untilMessages(10)
    const after = await away.open()
    expect(after.sink.calls[0]).toEqual({ call: 'opened', resumed: false, isJoined: true })
    publish('b')
    expect(await after.sink.untilMessages(1)).toEqual(['b'])
  })

  test('gets the frames from the opening on if the new socket continues the stream that it had', async () => {
    const { server, publish, openPage } = await setUp()
    const pages = [openPage(), openPage()]
    const [first, second] = await Promise.all(pages.map(page => page.open()))
    publish('a')
    await second!.sink.untilMessages(1)
    server.sockets[0]?.close(1012)
    for (const one of [first, second]) expect(await one!.sink.untilFailed()).toMatchObject({ code: 1012 })
    const opener = await pages[0]!.open({ cursor: 'a' })
    publish('b')
    await opener.sink.untilMessages(1)
    const late = await pages[1]!.open({ cursor: 'a' })
    expect(await late.sink.untilMessages(1)).toEqual(['b'])
    expect(late.sink.calls[0]).toEqual({ call: 'opened', resumed: false })
  })

  test('gets messages from now on if the new socket began without a position', async () => {
    const { server, publish, openPage } = await setUp()
    const page = openPage()
    const before = await page.open()
    publish('a')
    await before.sink.untilMessages(1)
    server.sockets[0]?.close(1012)
    await before.sink.untilFailed()
    const other = await openPage().open()
    publish('b')
    await other.sink.untilMessages(1)
    const after = await page.open({ cursor: 'a' })
    expect(after.sink.calls[0]).toEqual({ call: 'opened', resumed: false, isJoined: true })
    publish('c')
    expect(await after.sink.untilMessages(1)).toEqual(['c'])
  })
})

describe('the pace', () => {
  test('of a hidden page is a batch a second, which ends as soon as it is visible', async () => {
    const { publish, openPage } = await setUp()
    const visible = await openPage().open()
    const hidden = openPage()
    hidden.page.setHidden(true)
    const { sink } = await hidden.open()
    publish('a')
    await sink.untilMessages(1)
    publish('b', 'c')
    await visible.sink.untilMessages(3)
    expect(sink.messages).toEqual(['a'])
    hidden.page.setHidden(false)
    await sink.untilMessages(3)
    const batches = hidden.page.traffic.received.filter(
      message => (message as { kind: string }).kind === 'frames',
    )
    expect(batches).toMatchObject([{ frames: ['a'] }, { frames: ['b', 'c'] }])
  })

  test('is a batch of at most 256 KiB at a time, however much has arrived', async () => {
    const { publish, openPage } = await setUp()
    const visible = await openPage().open()
    const busy = openPage()
    const { sink } = await busy.open()
    publish(...Array.from({ length: 50 }, () => 'x'.repeat(100_000)))
    await visible.sink.untilMessages(50)
    await sink.untilMessages(50)
    const sizes = busy.page.traffic.received.flatMap(message => {
      const { frames } = message as { frames?: string[] }
      return frames ? [frames.join('').length] : []
    })
    expect(Math.max(...sizes)).toBeLessThanOrEqual(262_144)
  })
})

test('a frame that is larger than all that the worker keeps reaches each page (T15)', async () => {
  const { publish, openPage } = await setUp()
  const pages = await Promise.all([openPage().open(), openPage().open()])
  const large = 'x'.repeat(9_000_000)
  publish(large, 'after')
  for (const { sink } of pages) {
    await sink.untilMessages(2)
    expect(sink.messages.map(data => String(data).length)).toEqual([9_000_000, 5])
    expect(sink.failure).toBeUndefined()
  }
})

describe('a page whose token was refused', () => {
  /** Waits with `needsToken`, and gets its token when the test says so. */
  function wait(page: ReturnType<typeof connectTo>, url: string) {
    let give: ((token: string) => void) | undefined
    const state = { isElected: false }
    const authorize = () =>
      new Promise<AttemptRequest>(resolve => {
        state.isElected = true
        give = token => resolve(requestOf(`${url}?token=${token}`))
      })
    const started = page.start({ needsToken: true, authorize })
    return { ...started, page: page.page, state, give: (token: string) => give?.(token) }
  }

  test('waits for the one that gets a fresh token, and takes its place when that one is killed', async () => {
    const { server, openPage } = await setUp()
    const pages = [openPage(), openPage(), openPage()].map(page => wait(page, server.url))
    const [first, second, third] = pages as [(typeof pages)[0], (typeof pages)[0], (typeof pages)[0]]
    await until(() => expect(first.state.isElected).toBe(true))
    await turn()
    expect([second.state.isElected, third.state.isElected]).toEqual([false, false])
    first.page.end()
    await until(() => expect(second.state.isElected).toBe(true))
    second.give('second')
    for (const { sink } of [second, third]) await until(() => expect(sink.names).toEqual(['opened']))
    expect(third.state.isElected).toBe(false)
    expect(server.requests.map(({ url }) => url)).toEqual(['/?token=second'])
  })

  test('makes a page with a token wait, whose token may be the same', async () => {
    const { server, openPage } = await setUp()
    const elected = wait(openPage(), server.url)
    await until(() => expect(elected.state.isElected).toBe(true))
    const { sink } = openPage().start()
    await turn()
    expect(server.requests).toEqual([])
    elected.attempt.close()
    await until(() => expect(sink.names).toEqual(['opened']))
    expect(server.requests.map(({ url }) => url)).toEqual(['/'])
  })

  test('is passed over after 10 s by the next one that joins', async () => {
    const clock = new FakeClock()
    const { server, openPage } = await setUp({ clock })
    const stuck = wait(openPage(), server.url)
    await until(() => expect(stuck.state.isElected).toBe(true))
    clock.advance(9_999)
    const second = wait(openPage(), server.url)
    await turn()
    expect(second.state.isElected).toBe(false)
    clock.advance(1)
    const third = wait(openPage(), server.url)
    await until(() => expect(third.state.isElected).toBe(true))
    third.give('third')
    for (const { sink } of [stuck, second, third]) await until(() => expect(sink.names).toEqual(['opened']))
    // Its token comes late.
    stuck.give('stuck')
    await turn()
    expect(server.requests).toHaveLength(1)
  })

  test('gets its token, too, if the worker cannot be used, and opens a direct connection', async () => {
    const { server, host, openPage } = await setUp()
    host.hang()
    const page = wait(openPage(), server.url)
    await until(() => expect(page.state.isElected).toBe(true))
    page.give('direct')
    await until(() => expect(page.sink.names).toEqual(['opened']))
    expect(server.requests.map(({ url }) => url)).toEqual(['/?token=direct'])
  })
})

describe('subscriptions', () => {
  const frames = { subscribe: '+BTC', unsubscribe: '-BTC' }

  test('are counted over all pages, and withdrawn when the last page has gone', async () => {
    const { openPage, received } = await setUp()
    const pages = [openPage(), openPage(), openPage()]
    const [first, second] = await Promise.all(pages.map(page => page.open()))
    first!.attempt.shared?.subscribe('BTC', frames)
    await until(() => expect(received).toEqual(['+BTC']))
    // The second page needs the data that a subscription begins with.
    second!.attempt.shared?.subscribe('BTC', frames)
    await until(() => expect(received).toEqual(['+BTC', '-BTC', '+BTC']))
    first!.attempt.shared?.subscribe('BTC', undefined)
    pages[1]!.page.end()
    await until(() => expect(received).toEqual(['+BTC', '-BTC', '+BTC', '-BTC']))
  })
})

test('the worker sends heartbeats for all pages, and a silent server is a loss for each', async () => {
  const { server, openPage, received } = await setUp()
  const pages = await Promise.all([openPage().open(), openPage().open()])
  for (const { attempt } of pages) attempt.shared?.watch({ interval: 30, timeout: 60, message: 'ping' })
  await until(() => expect(received.length).toBeGreaterThan(0))
  server.sockets[0]?.send('pong')
  await until(() => expect(pages[1].attempt.shared?.latency).toBeGreaterThanOrEqual(0))
  for (const { sink } of pages) expect(await sink.untilFailed()).toMatchObject({ kind: 'silence' })
})

describe('the worker', () => {
  test('that is killed is a loss, and the next attempt starts another one (T6)', async () => {
    const { server, host, openPage, publish } = await setUp()
    const page = openPage()
    const { sink } = await page.open()
    host.kill()
    expect(await sink.untilFailed()).toMatchObject({ kind: 'close', code: 1006 })
    const next = await page.open()
    expect(server.sockets).toHaveLength(2)
    publish('a')
    expect(await next.sink.untilMessages(1)).toEqual(['a'])
    expect(page.page.events).toEqual([{ kind: 'sharing', isActive: true, reason: undefined }])
  })

  test('that says hello again on the same ports, as in WebKit, is a loss, and no page at the same place misses a frame (T8)', async () => {
    const { server, host, openPage, publish } = await setUp()
    const pages = [openPage(), openPage(), openPage()]
    const before = await Promise.all(pages.map(page => page.open()))
    publish('a')
    for (const { sink } of before) await sink.untilMessages(1)
    host.restart()
    for (const { sink } of before) expect(await sink.untilFailed()).toMatchObject({ code: 1006 })
    // Two pages were at the same place, and one was not.
    const opener = await pages[0]!.open({ cursor: 'a' })
    await until(() => expect(server.sockets).toHaveLength(2))
    publish('b')
    await opener.sink.untilMessages(1)
    const [same, other] = await Promise.all([
      pages[1]!.open({ cursor: 'a' }),
      pages[2]!.open({ cursor: '-' }),
    ])
    publish('c')
    expect(await same.sink.untilMessages(2)).toEqual(['b', 'c'])
    expect(await other.sink.untilMessages(1)).toEqual(['c'])
    expect([opener, same, other].map(({ sink }) => sink.calls[0])).toEqual([
      { call: 'opened', resumed: false },
      { call: 'opened', resumed: false },
      { call: 'opened', resumed: false, isJoined: true },
    ])
    expect(server.sockets).toHaveLength(2)
  })

  test('that hangs makes connections direct, for good and with an event (T7)', async () => {
    const clock = new FakeClock()
    const { server, host, openPage, publish } = await setUp({ clock })
    const page = openPage()
    const { sink } = await page.open()
    host.hang()
    clock.advance(15_999)
    await turn()
    expect(sink.failure).toBeUndefined()
    clock.advance(1)
    expect(await sink.untilFailed()).toMatchObject({ code: 1006 })
    const { sink: next, attempt } = await page.open()
    await until(() => expect(server.sockets).toHaveLength(2))
    publish('a')
    expect(await next.untilMessages(1)).toEqual(['a'])
    expect(attempt.shared).toBeUndefined()
    expect(page.page.events).toMatchObject([{ isActive: true }, { isActive: false, reason: 'hanging' }])
  })

  test('that hangs when a page comes back makes connections direct, even if attempts time out sooner (T7)', async () => {
    const clock = new FakeClock()
    const { server, host, openPage } = await setUp({ clock })
    const page = openPage()
    const { attempt } = await page.open()
    attempt.close()
    await turn()
    host.hang()
    for (let count = 0; count < 2; count++) {
      const { attempt } = page.start()
      await turn()
      clock.advance(3_000)
      attempt.close()
    }
    await page.open()
    await until(() => expect(server.sockets).toHaveLength(2))
    expect(page.page.events).toMatchObject([{ isActive: true }, { isActive: false, reason: 'hanging' }])
  })

  test('that no page uses any more leaves no timer', async () => {
    const clock = new FakeClock()
    const { openPage } = await setUp({ clock })
    const { attempt } = await openPage().open()
    attempt.shared?.wake(60_000, () => undefined)
    // The page has waited for hello.
    clock.advance(2_000)
    await turn()
    attempt.close()
    await until(() => expect(clock.pending).toBe(0))
  })

  test('that a page has left because too little came is told so before its lock is released, and the page keeps no lock', async () => {
    const { server, host, openPage } = await setUp()
    const [leaving, other] = [await openPage().open(), await openPage().open()]
    leaving.attempt.close(true)
    expect(await other.sink.untilFailed()).toMatchObject({ kind: 'silence' })
    await until(() => expect(host.locks.held).toHaveLength(1))
    expect(server.sockets).toHaveLength(1)
  })

  test('whose policy refuses a connection makes those that are not open direct, now and later, with an event', async () => {
    // In Chromium, a socket that is refused reports neither an opening nor an end.
    class Refused extends WebSocket {
      override addEventListener() {}
    }
    const { server, host } = await setUp({ webSocket: Refused })
    const pages = [host.openPage(), host.openPage()]
    const [first, late] = pages.map(page => connectTo(page, server.url))
    const { sink } = first!.start()
    await until(() => expect(server.sockets).toHaveLength(1))
    host.block()
    await until(() => expect(sink.names).toEqual(['opened']))
    await late!.open()
    for (const { events } of pages)
      expect(events).toEqual([{ kind: 'sharing', isActive: false, reason: 'connect-src' }])
    await until(() => expect(host.locks.held).toHaveLength(1))
  })

  test('does not count as hanging while the page was too busy to read its answer', async () => {
    const clock = new FakeClock()
    const { openPage, publish } = await setUp({ clock })
    const page = openPage()
    const { sink } = await page.open()
    // The timers of a page that was busy may run before the messages that wait for it.
    clock.advance(15_000)
    await turn()
    clock.advance(1_000)
    publish('a')
    expect(await sink.untilMessages(1)).toEqual(['a'])
    expect(page.page.events).toMatchObject([{ isActive: true }])
  })

  test('that says no hello makes connections direct, for good and with an event (T10)', async () => {
    const { host, openPage, publish } = await setUp()
    host.hang()
    const page = openPage()
    for (let count = 1; count <= 2; count++) {
      const { sink, attempt } = await page.open()
      publish('a')
      expect(await sink.untilMessages(1)).toEqual(['a'])
      expect(attempt.shared).toBeUndefined()
      attempt.close()
    }
    expect(page.page.events).toEqual([{ kind: 'sharing', isActive: false, reason: 'no-hello' }])
  })
})
