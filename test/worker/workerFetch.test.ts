import { describe, expect, onTestFinished, test } from 'vitest'
import { createEventStreamTransport } from '../../src/core/eventStreamTransport.ts'
import { createLongPollTransport } from '../../src/core/longPollTransport.ts'
import { systemClock } from '../../src/core/platform.ts'
import type { Framing } from '../../src/core/portMessages.ts'
import type { Transport, TransportEnvironment } from '../../src/core/transport.ts'
import { createWorkerHttpTransport } from '../../src/core/workerFetch.ts'
import { type Answer, startServer } from '../support/httpServer.ts'
import { preparedBy, RecordingSink, requestOf } from '../support/recordingSink.ts'
import { until } from '../support/until.ts'
import { type HostedPage, startWorkerHost } from '../support/workerHost.ts'

const KINDS = {
  events: createEventStreamTransport,
  lines: (environment: TransportEnvironment) => createEventStreamTransport(environment, { framing: 'lines' }),
  none: createLongPollTransport,
} satisfies Record<Framing, (environment: TransportEnvironment) => Transport>

/** A server, and pages with one connection to it. */
async function setUp(framing: Framing, answer: Answer) {
  const server = await startServer(answer)
  const host = startWorkerHost()
  const openPage = (page: HostedPage = host.openPage()) => {
    const environment = { clock: systemClock, fetch: () => fetch, maxMessageBytes: 1 << 20 }
    const transport = createWorkerHttpTransport(environment, {
      ...{ share: page.share, framing, create: KINDS[framing] },
    })
    const open = () => {
      const sink = new RecordingSink()
      const attempt = transport.open(preparedBy(transport, requestOf(server.url)), sink)
      onTestFinished(() => attempt.close())
      return { sink, attempt }
    }
    return { page, transport, open }
  }
  return { ...server, host, openPage }
}

/** A stream that the test writes. */
function startStream() {
  const open: Parameters<Answer>[0][] = []
  const closed: number[] = []
  const answer: Answer = (response, _request, index) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    response.on('close', () => closed.push(index))
    open.push(response)
  }
  return { answer, closed, write: (text: string) => open.at(-1)?.write(text), end: () => open.at(-1)?.end() }
}

const opened = (sink: RecordingSink) => until(() => expect(sink.names).toContain('opened'))

describe('an event stream of several pages', () => {
  test('is one request, which ends with the last page', async () => {
    const { answer, closed, write } = startStream()
    const { requests, openPage } = await setUp('events', answer)
    const pages = [openPage().open(), openPage().open()]
    for (const { sink } of pages) await opened(sink)
    write('id: 1\ndata: a\n\n')
    for (const { sink } of pages) expect(await sink.untilMessages(1)).toEqual(['a'])
    pages[0]!.attempt.close()
    write('id: 2\ndata: b\n\n')
    expect(await pages[1]!.sink.untilMessages(2)).toEqual(['a', 'b'])
    expect([requests.length, closed]).toEqual([1, []])
    pages[1]!.attempt.close()
    await until(() => expect(closed).toEqual([0]))
  })

  test('gives a page that comes back what it missed, without a request', async () => {
    const { answer, write } = startStream()
    const { requests, openPage } = await setUp('events', answer)
    const keeper = openPage().open()
    await opened(keeper.sink)
    const away = openPage()
    const before = away.open()
    await opened(before.sink)
    write('id: 1\ndata: a\n\n')
    await before.sink.untilMessages(1)
    before.attempt.close()
    write('id: 2\ndata: b\n\nid: 3\ndata: c\n\n')
    await keeper.sink.untilMessages(3)
    const after = away.open()
    expect(await after.sink.untilMessages(2)).toEqual(['b', 'c'])
    expect(after.sink.calls[0]).toEqual({ call: 'opened', resumed: true, isJoined: true })
    expect([requests.length, away.transport.cursor?.()]).toEqual([1, '3'])
  })

  test('gives a page that joins inside an event the next one', async () => {
    const { answer, write } = startStream()
    const { openPage } = await setUp('events', answer)
    const first = openPage().open()
    await opened(first.sink)
    write('data: whole\n\ndata: be')
    await first.sink.untilMessages(1)
    const second = openPage().open()
    await opened(second.sink)
    write('gun\n\ndata: next\n\n')
    expect(await first.sink.untilMessages(3)).toEqual(['whole', 'begun', 'next'])
    expect(await second.sink.untilMessages(2)).toEqual(['begun', 'next'])
    expect(second.sink.calls[0]).toEqual({ call: 'opened', resumed: false, isJoined: true })
  })

  test('that ends, ends for each, after all its events; the next attempt of one is for all', async () => {
    const { answer, write, end } = startStream()
    const { requests, openPage } = await setUp('events', answer)
    const pages = [openPage(), openPage()]
    const before = pages.map(page => page.open())
    for (const { sink } of before) await opened(sink)
    write('id: 1\ndata: a\n\n')
    end()
    for (const { sink } of before) {
      expect(await sink.untilFailed()).toMatchObject({ kind: 'ended' })
      expect(sink.messages).toEqual(['a'])
    }
    const after = pages.map(page => page.open())
    for (const { sink } of after) await opened(sink)
    write('id: 2\ndata: b\n\n')
    for (const { sink } of after) expect(await sink.untilMessages(1)).toEqual(['b'])
    expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1'])
  })

  test.each([204, 401, 503])(
    'that is answered with %i is so for each page that waited, and asked for again',
    async status => {
      const { requests, openPage } = await setUp('events', response =>
        setTimeout(() => response.writeHead(status, { 'retry-after': '7' }).end('why'), 100),
      )
      const pages = [openPage(), openPage()]
      const failures = await Promise.all(pages.map(page => page.open().sink.untilFailed()))
      for (const failure of failures)
        expect(failure).toMatchObject({ kind: 'status', status, retryAfter: 7_000 })
      expect(requests).toHaveLength(1)
      expect(await pages[0]!.open().sink.untilFailed()).toMatchObject({ status })
      expect(requests).toHaveLength(2)
    },
  )

  test('whose worker is killed in its middle has dropped, and the next attempt continues it', async () => {
    const { answer, write } = startStream()
    const { requests, host, openPage } = await setUp('events', answer)
    const page = openPage()
    const before = page.open()
    await opened(before.sink)
    write('id: 1\ndata: a\n\n')
    await before.sink.untilMessages(1)
    host.kill()
    expect(await before.sink.untilFailed()).toEqual({ kind: 'network' })
    const after = page.open()
    await opened(after.sink)
    expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1'])
    expect(page.page.events).toEqual([{ kind: 'sharing', isActive: true, reason: undefined }])
  })

  test('is direct where the worker says no hello', async () => {
    const { answer, write } = startStream()
    const { host, openPage } = await setUp('events', answer)
    host.hang()
    const page = openPage()
    const { sink } = page.open()
    await opened(sink)
    write('data: a\n\n')
    expect(await sink.untilMessages(1)).toEqual(['a'])
    expect(page.page.events).toEqual([{ kind: 'sharing', isActive: false, reason: 'no-hello' }])
  })
})

test('lines are joined after a line', async () => {
  const { answer, write } = startStream()
  const { openPage } = await setUp('lines', answer)
  const first = openPage().open()
  await opened(first.sink)
  write('1\n2')
  await first.sink.untilMessages(1)
  const second = openPage().open()
  await opened(second.sink)
  write('2\n3\n')
  expect(await first.sink.untilMessages(3)).toEqual(['1', '22', '3'])
  expect(await second.sink.untilMessages(2)).toEqual(['22', '3'])
})

describe('a long poll of several pages', () => {
  test('is one request at each position, and each page gets its response', async () => {
    const { requests, openPage } = await setUp('none', (response, _request, index) => {
      const answer = () => response.writeHead(200, { etag: `"${index}"` }).end(String(index))
      if (index < 3) setTimeout(answer, 100)
    })
    const pages = [openPage().open(), openPage().open(), openPage().open()]
    for (const { sink } of pages) expect(await sink.untilMessages(3)).toEqual(['0', '1', '2'])
    await until(() => expect(requests).toHaveLength(4))
    expect(requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"0"', '"1"', '"2"'])
  })

  test('of a page at another position is a request of its own', async () => {
    const { requests, openPage } = await setUp('none', (response, { headers }, index) => {
      if (index === 0) response.writeHead(200, { etag: '"1"' }).end('a')
      else if (headers['if-none-match'] === undefined) response.writeHead(200, { etag: '"1"' }).end('b')
    })
    const first = openPage().open()
    await first.sink.untilMessages(1)
    await until(() => expect(requests).toHaveLength(2))
    expect(await openPage().open().sink.untilMessages(1)).toEqual(['b'])
  })

  test('is cancelled when the last page that waits for it has gone', async () => {
    const closed: number[] = []
    const { requests, openPage } = await setUp('none', (response, _request, index) => {
      response.on('close', () => closed.push(index))
    })
    const pages = [openPage(), openPage()].map(page => page.open())
    await until(() => expect(requests).toHaveLength(1))
    await new Promise(resolve => setTimeout(resolve, 50))
    pages[0]!.attempt.close()
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(closed).toEqual([])
    pages[1]!.attempt.close()
    await until(() => expect(closed).toEqual([0]))
  })
})
