import type { ServerResponse } from 'node:http'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { CursorStrategy } from '../../src/core/cursorStrategy.ts'
import { createLongPollTransport } from '../../src/core/longPollTransport.ts'
import type { LongPollOptions } from '../../src/core/longPollTransport.ts'
import type { AttemptRequest, FetchLike } from '../../src/core/transport.ts'
import { FakeClock } from '../support/fakeClock.ts'
import { startServer } from '../support/httpServer.ts'
import type { Answer } from '../support/httpServer.ts'
import { RecordingSink, requestOf } from '../support/recordingSink.ts'

interface Setup extends LongPollOptions {
  maxMessageBytes?: number
  fetch?: FetchLike
  clock?: Clock
  request?: Partial<AttemptRequest>
}

function openPoll(url: string, setup: Setup = {}) {
  const {
    maxMessageBytes = 1 << 20,
    fetch = globalThis.fetch,
    clock = systemClock,
    request,
    ...options
  } = setup
  const transport = createLongPollTransport({ clock, fetch: () => fetch, maxMessageBytes }, options)
  const sink = new RecordingSink()
  const open = () => {
    const attempt = transport.open(requestOf(url, request), sink)
    onTestFinished(() => attempt.close())
    return attempt
  }
  return { transport, sink, open, attempt: open() }
}

/** Plays answers in order, then holds. */
async function poll(answers: Answer[], setup: Setup = {}) {
  const server = await startServer((response, request, index) => answers[index]?.(response, request, index))
  return { ...server, ...openPoll(server.url, setup) }
}

const JSON_TYPE = { 'content-type': 'application/json' }

const json =
  (body: string, headers: Record<string, string> = {}): Answer =>
  response =>
    response.writeHead(200, { ...JSON_TYPE, ...headers }).end(body)

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  response =>
    response.writeHead(code, headers).end()

const first = json('1', { etag: '"1"', 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' })

/** The validators that each request carried. */
const sentValidators = (requests: { headers: Record<string, unknown> }[]) =>
  requests.map(({ headers }) => [headers['if-none-match'], headers['if-modified-since']])

const PAIR = ['"1"', 'Mon, 01 Jan 2024 00:00:00 GMT']
const NONE = [undefined, undefined]
const CURSOR = { etag: PAIR[0], lastModified: PAIR[1] }

/** Lets answers of a fake `fetch` be worked off. */
const settle = () => new Promise(resolve => setImmediate(resolve))

describe('a 200', () => {
  test('is delivered as text, and the next request carries its cursor', async () => {
    const { sink, requests } = await poll([first, json('[2]', { etag: '"2"' })])
    await sink.untilMessages(2)
    await vi.waitFor(() => expect(requests).toHaveLength(3))
    expect(sink.calls).toEqual([
      { call: 'opened', resumed: false },
      { call: 'message', data: '1', meta: {} },
      { call: 'message', data: '[2]', meta: {} },
    ])
    expect(sentValidators(requests)).toEqual([NONE, PAIR, ['"2"', undefined]])
  })

  test('each request is made anew, with the token of its time', async () => {
    let token = 0
    const again = () => Promise.resolve(requestOf(url, { headers: { authorization: `t${++token}` }, again }))
    const { url, requests } = await startServer((response, request, index) =>
      index < 2 ? first(response, request, index) : undefined,
    )
    openPoll(url, { request: { headers: { authorization: 't0' }, again } })
    await vi.waitFor(() =>
      expect(requests.map(({ headers }) => headers.authorization)).toEqual(['t0', 't1', 't2']),
    )
  })

  test('with a body cut short delivers nothing, and the cursor stays', async () => {
    const { sink, transport } = await poll([
      first,
      response => {
        response.writeHead(200, { ...JSON_TYPE, etag: '"2"', 'content-length': '100' }).write('{"half":')
        setTimeout(() => response.destroy(), 20)
      },
    ])
    expect(await sink.untilFailed()).toEqual({ kind: 'network' })
    expect([sink.messages, transport.cursor?.()]).toEqual([['1'], CURSOR])
  })

  test('whose body does not parse fails the attempt, and the cursor stays', async () => {
    const { sink, transport } = await poll([first, json('{"half":', { etag: '"2"' })])
    sink.onMessage = data => data === '1'
    expect(await sink.untilFailed()).toEqual({ kind: 'body' })
    expect(transport.cursor?.()).toEqual(CURSOR)
  })

  test('that is an HTML page delivers nothing, and the cursor stays', async () => {
    const { sink, transport } = await poll([
      first,
      json('<html>', { 'content-type': 'Text/HTML; charset=utf-8', etag: '"2"' }),
    ])
    expect(await sink.untilFailed()).toEqual({
      kind: 'content-type',
      contentType: 'Text/HTML; charset=utf-8',
    })
    expect([sink.messages, transport.cursor?.()]).toEqual([['1'], CURSOR])
  })

  test('over maxMessageBytes is reported and given up while it is read', async () => {
    let broken = false
    const { sink } = await poll(
      [
        response => {
          response.on('close', () => (broken = true))
          response.writeHead(200, JSON_TYPE).write(`"${'x'.repeat(100)}`)
        },
      ],
      { maxMessageBytes: 100 },
    )
    expect(await sink.untilFailed()).toEqual({ kind: 'body' })
    expect(sink.names).toEqual(['opened', 'oversized', 'failed'])
    await vi.waitFor(() => expect(broken).toBe(true))
  })

  test('of exactly maxMessageBytes passes, its characters whole though split', async () => {
    const body = Buffer.from('"☃☃☃☃"')
    const { sink } = await poll(
      [
        response => {
          response.writeHead(200, JSON_TYPE).write(body.subarray(0, 6))
          setTimeout(() => response.end(body.subarray(6)), 20)
        },
      ],
      { maxMessageBytes: body.length },
    )
    expect(await sink.untilMessages(1)).toEqual(['"☃☃☃☃"'])
  })

  test('with an empty body and a new cursor moves the cursor and is no message', async () => {
    const { sink, requests, transport } = await poll([first, json('', { etag: '"2"' }), json(' \n')])
    await vi.waitFor(() => expect(requests).toHaveLength(4))
    expect(sentValidators(requests).map(([etag]) => etag)).toEqual([undefined, '"1"', '"2"', '"2"'])
    expect([sink.messages, sink.aliveCount]).toEqual([['1'], 2])
    expect(transport.cursor?.()).toEqual({ etag: '"2"', lastModified: null })
  })
})

describe('nothing yet', () => {
  test('a 204, 304 or 408 asks again with the same pair, whatever validators it carries', async () => {
    const stray = { etag: '"stray"' }
    const { sink, requests } = await poll([first, status(204, stray), status(304, stray), status(408, stray)])
    await vi.waitFor(() => expect(requests.length).toBeGreaterThanOrEqual(5))
    expect(sentValidators(requests)).toEqual([NONE, PAIR, PAIR, PAIR, PAIR])
    expect([sink.names, sink.aliveCount]).toEqual([['opened', 'message'], 3])
  })

  test.each([200, 204, 304, 408])(
    'five answers of %i within 500 ms at one cursor are a fast loop',
    async code => {
      const { sink, requests } = await poll([first, ...Array.from({ length: 9 }, () => status(code))])
      expect(await sink.untilFailed()).toEqual({ kind: 'fast-loop' })
      expect(requests).toHaveLength(6)
    },
  )

  test('the same 200 again and again is a fast loop', async () => {
    const { sink } = await poll(Array.from({ length: 9 }, () => first))
    expect(await sink.untilFailed()).toEqual({ kind: 'fast-loop' })
    expect(sink.messages).toHaveLength(6)
  })

  test('a burst of new cursors is none, and neither are slow answers', async () => {
    const burst = Array.from({ length: 12 }, (_, index) => json(`${index}`, { etag: `"${index}"` }))
    const { sink } = await poll(burst)
    expect(await sink.untilMessages(12)).toHaveLength(12)
    expect(sink.failure).toBeUndefined()

    const clock = new FakeClock()
    const slow = openPoll('http://a/', {
      clock,
      fetch: () => {
        clock.advance(126)
        return Promise.resolve(new Response(null, { status: 204 }))
      },
    })
    for (let count = 0; count < 10; count++) {
      await settle()
      clock.advance(0)
    }
    expect(slow.sink.aliveCount).toBe(10)
    expect(slow.sink.failure).toBeUndefined()
  })

  test('answers that are at hand at once leave the page its other tasks', async () => {
    let answers = 0
    const { attempt } = openPoll('http://a/', {
      fetch: () => Promise.resolve(new Response('1', { headers: { etag: `"${++answers}"` } })),
    })
    await new Promise(resolve => setTimeout(resolve, 20))
    attempt.close()
    expect(answers).toBeGreaterThan(1)
  })
})

describe('refusals', () => {
  test.each([400, 401, 403, 409, 410, 429, 500])('a %i ends the attempt and keeps the cursor', async code => {
    const { sink, transport } = await poll([first, status(code, { 'retry-after': '2' })])
    expect(await sink.untilFailed()).toEqual({
      kind: 'status',
      status: code,
      retryAfter: 2_000,
      hadCursor: true,
    })
    expect(transport.cursor?.()).toEqual(CURSOR)
  })

  test('a refusal of a request without a cursor says so', async () => {
    const { sink } = await poll([status(400)])
    expect(await sink.untilFailed()).toMatchObject({ status: 400, hadCursor: false })
  })

  test('after the cursor is dropped it is not sent; a kept one makes the next attempt a resumed one', async () => {
    const { sink, open, transport, requests } = await poll([first, status(500), status(409), status(204)])
    await sink.untilFailed()
    open()
    await vi.waitFor(() => expect(sink.calls.filter(({ call }) => call === 'failed')).toHaveLength(2))
    transport.dropCursor?.()
    expect(transport.cursor?.()).toBeUndefined()
    open()
    await vi.waitFor(() => expect(requests).toHaveLength(5))
    expect(sentValidators(requests)).toEqual([NONE, PAIR, PAIR, NONE, NONE])
    expect(sink.calls.filter(({ call }) => call === 'opened')).toEqual([
      { call: 'opened', resumed: false },
      { call: 'opened', resumed: false },
    ])
  })

  test('an attempt that carried a cursor opens as resumed', async () => {
    const { sink, open } = await poll([first, status(503), status(204)])
    await sink.untilFailed()
    open()
    await vi.waitFor(() => expect(sink.calls.at(-1)).toEqual({ call: 'opened', resumed: true }))
  })

  test('a redirect is an error where the request forbids it', async () => {
    const { sink, requests } = await poll([status(302, { location: '/there' })], {
      request: { redirect: 'error' },
    })
    expect(await sink.untilFailed()).toEqual({ kind: 'network' })
    expect(requests).toHaveLength(1)
  })

  test('a server that cannot be reached is a network failure that names no URL', async () => {
    const { sink } = openPoll('http://[bad?token=secret')
    expect(await sink.untilFailed()).toEqual({ kind: 'network' })
  })
})

describe('a held request', () => {
  const never: FetchLike = () => new Promise(() => {})

  test('counts as open after 1 s, once', () => {
    const clock = new FakeClock()
    const { sink } = openPoll('http://a/', { clock, fetch: never })
    clock.advance(999)
    expect(sink.names).toEqual([])
    clock.advance(1)
    clock.advance(10_000)
    expect(sink.calls).toEqual([{ call: 'opened', resumed: false }])
  })

  test.each([500, 1_000, 9_000, undefined])(
    'is given up after holdTimeout (%s), also where fetch ignores its signal',
    holdTimeout => {
      const clock = new FakeClock()
      const { sink } = openPoll('http://a/', { clock, fetch: never, ...(holdTimeout && { holdTimeout }) })
      clock.advance((holdTimeout ?? 60_000) - 1)
      expect(sink.failure).toBeUndefined()
      clock.advance(1)
      expect(sink.failure).toEqual({ kind: 'silence' })
      expect(clock.pending).toBe(0)
    },
  )

  test('has its time anew with each request and with each part of a body', async () => {
    const clock = new FakeClock()
    let body: ReadableStreamDefaultController<Uint8Array> | undefined
    const stream = () => new ReadableStream<Uint8Array>({ start: controller => void (body = controller) })
    const { sink } = openPoll('http://a/', {
      clock,
      holdTimeout: 5_000,
      fetch: () => Promise.resolve(new Response(stream())),
    })
    await settle()
    for (const part of ['"a', 'b']) {
      clock.advance(4_000)
      body?.enqueue(Buffer.from(part))
      await settle()
    }
    clock.advance(4_000)
    body?.enqueue(Buffer.from('"'))
    body?.close()
    await settle()
    expect(sink.messages).toEqual(['"ab"'])
    clock.advance(4_999)
    expect(sink.failure).toBeUndefined()
    await settle()
    clock.advance(5_000)
    expect(sink.failure).toEqual({ kind: 'silence' })
  })
})

describe('close', () => {
  test('while a body is read: nothing is delivered, the cursor stays, the request ends, no timer is left', async () => {
    const clock = new FakeClock()
    let held: ServerResponse | undefined
    const { sink, attempt, transport } = await poll(
      [response => void (held = response.writeHead(200, { ...JSON_TYPE, etag: '"1"' })).write('"ha')],
      { clock },
    )
    await vi.waitFor(() => expect(sink.names).toEqual(['opened']))
    attempt.close()
    held?.end('lf"')
    await vi.waitFor(() => expect(held?.destroyed || held?.writableFinished).toBe(true))
    await settle()
    expect(sink.names).toEqual(['opened'])
    expect(transport.cursor?.()).toBeUndefined()
    expect(clock.pending).toBe(0)
  })

  test('cancels a body whose fetch ignores its signal', async () => {
    const cancel = vi.fn()
    const { sink, attempt } = openPoll('http://a/', {
      fetch: () => Promise.resolve(new Response(new ReadableStream({ cancel }))),
    })
    await vi.waitFor(() => expect(sink.names).toEqual(['opened']))
    attempt.close()
    await settle()
    expect(cancel).toHaveBeenCalledOnce()
    expect(sink.names).toEqual(['opened'])
  })

  test('within a message keeps its cursor, as it was delivered, and asks no more', async () => {
    const { sink, attempt, transport, requests } = await poll([first, first])
    sink.onMessage = () => {
      attempt.close()
      return true
    }
    await sink.untilMessages(1)
    await settle()
    expect(transport.cursor?.()).toEqual(CURSOR)
    expect(requests).toHaveLength(1)
  })

  test('between two requests sends no other one', async () => {
    const clock = new FakeClock()
    const fetch = vi.fn<FetchLike>(() => Promise.resolve(new Response(null, { status: 204 })))
    let release = () => {}
    const again = () =>
      new Promise<AttemptRequest>(resolve => (release = () => resolve(requestOf('http://a/'))))
    const { attempt, sink } = openPoll('http://a/', { clock, fetch, request: { again } })
    await settle()
    clock.advance(0)
    await settle()
    attempt.close()
    release()
    await settle()
    expect([fetch.mock.calls.length, sink.aliveCount, clock.pending]).toEqual([1, 1, 0])
  })
})

describe("a cursor strategy of one's own", () => {
  const inBody: CursorStrategy<string> = {
    read: (_, body) => (JSON.parse(body) as { next: string }).next,
    attach: (request, cursor) => ({ ...request, url: `${request.url}?after=${cursor}` }),
  }

  test('takes its cursor from the body and puts it where it likes', async () => {
    const { requests } = await poll([json('{"next":"a"}')], { cursor: inBody })
    await vi.waitFor(() => expect(requests.map(({ url }) => url)).toEqual(['/', '/?after=a']))
  })

  test('that throws makes the answer an unreadable one: its cursor stays', async () => {
    const { sink, transport } = await poll([json('{"next":"a"}'), json('null')], { cursor: inBody })
    expect(await sink.untilFailed()).toEqual({ kind: 'body' })
    expect(transport.cursor?.()).toBe('a')
  })

  test('is not asked about a body that does not parse', async () => {
    const read = vi.fn()
    const { sink } = await poll([json('{')], { cursor: { ...inBody, read } })
    sink.onMessage = () => false
    await sink.untilFailed()
    expect(read).not.toHaveBeenCalled()
  })
})
