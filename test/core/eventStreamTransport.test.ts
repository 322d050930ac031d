import type { ServerResponse } from 'node:http'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createEventStreamTransport } from '../../src/core/eventStreamTransport.ts'
import type { EventStreamOptions } from '../../src/core/eventStreamTransport.ts'
import type { AttemptRequest, FetchLike } from '../../src/core/transport.ts'
import { FakeClock } from '../support/fakeClock.ts'
import { startServer, writeParts } from '../support/httpServer.ts'
import type { Answer } from '../support/httpServer.ts'
import { RecordingSink, requestOf } from '../support/recordingSink.ts'

interface Setup extends EventStreamOptions {
  maxMessageBytes?: number
  fetch?: FetchLike
}

const clock = new FakeClock()

function createTransport({ maxMessageBytes = 1 << 20, fetch = globalThis.fetch, ...options }: Setup = {}) {
  return createEventStreamTransport({ clock, fetch: () => fetch, maxMessageBytes }, options)
}

async function connect(answer: Answer, setup: Setup & { request?: Partial<AttemptRequest> } = {}) {
  const server = await startServer(answer)
  const { request, ...options } = setup
  const transport = createTransport(options)
  const sink = new RecordingSink()
  const open = () => {
    const attempt = transport.open(requestOf(server.url, request), sink)
    onTestFinished(() => attempt.close())
    return attempt
  }
  return { ...server, transport, sink, open, attempt: open() }
}

const head = (response: ServerResponse, contentType = 'text/event-stream') =>
  response.writeHead(200, { 'content-type': contentType })

/** Streams parts and ends. */
const stream =
  (...parts: (string | Uint8Array)[]): Answer =>
  async response => {
    head(response)
    await writeParts(response, parts)
    response.end()
  }

/** Streams parts and stays. */
const openStream =
  (...parts: (string | Uint8Array)[]): Answer =>
  response =>
    writeParts(head(response), parts)

const withStatus =
  (status: number, headers: Record<string, string> = {}): Answer =>
  response =>
    response.writeHead(status, headers).end('x')

describe('the request', () => {
  test('asks for an event stream, uncached, and has no Last-Event-ID before there is one', async () => {
    const { requests, sink } = await connect(stream(), {
      request: { headers: { authorization: 'Bearer t' } },
    })
    await sink.untilFailed()
    expect(requests[0]?.headers).toMatchObject({
      accept: 'text/event-stream',
      authorization: 'Bearer t',
      'cache-control': 'no-cache',
    })
    expect(requests[0]?.headers).not.toHaveProperty('last-event-id')
  })

  test('carries the method and the body of its options', async () => {
    let body = ''
    const { requests, sink } = await connect(
      async (response, request) => {
        for await (const chunk of request) body += String(chunk)
        head(response).end()
      },
      { method: 'POST', body: '{"query":1}' },
    )
    await sink.untilFailed()
    expect([requests[0]?.method, body]).toEqual(['POST', '{"query":1}'])
  })

  test("is made with no-store, the same origin's credentials by default, and follows redirects", async () => {
    const fetch = vi.fn<FetchLike>(() => Promise.reject(new Error('offline')))
    createTransport({ fetch }).open(requestOf('http://a/'), new RecordingSink())
    createTransport({ fetch, credentials: 'include' }).open(
      requestOf('http://a/', { redirect: 'error' }),
      new RecordingSink(),
    )
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ cache: 'no-store', redirect: 'follow' })
    expect(fetch.mock.calls[0]?.[1].credentials ?? 'same-origin').toBe('same-origin')
    expect(fetch.mock.calls[1]?.[1]).toMatchObject({ credentials: 'include', redirect: 'error' })
  })

  test('a later attempt carries the last id as UTF-8, and is resumed', async () => {
    const { requests, sink, open, transport } = await connect(stream('id: grüße-☃\ndata: 1\n\n'))
    await sink.untilFailed()
    expect(transport.cursor?.()).toBe('grüße-☃')
    open()
    await sink.untilMessages(2)
    const sent = requests[1]?.headers['last-event-id'] as string
    expect(Buffer.from(sent, 'latin1').toString('utf8')).toBe('grüße-☃')
    expect(sink.calls.filter(({ call }) => call === 'opened')).toEqual([
      { call: 'opened', resumed: false },
      { call: 'opened', resumed: true },
    ])
  })

  test('an id longer than 128 bytes or with "<" in it is sent as it is', async () => {
    const lastEventId = `<${'x'.repeat(300)}>`
    const { requests, sink } = await connect(stream(), { lastEventId })
    await sink.untilFailed()
    expect(requests[0]?.headers['last-event-id']).toBe(lastEventId)
  })

  test('a dropped cursor is not sent', async () => {
    const { requests, sink, open, transport } = await connect(stream('id: 7\ndata: 1\n\n'), {
      lastEventId: '6',
    })
    await sink.untilFailed()
    transport.dropCursor?.()
    expect(transport.cursor?.()).toBeUndefined()
    open()
    await vi.waitFor(() => expect(requests).toHaveLength(2))
    expect(requests[1]?.headers).not.toHaveProperty('last-event-id')
  })
})

describe('the answer', () => {
  test.each([204, 401, 403, 404, 410, 500])('a %i is a failure of that status', async status => {
    const { sink } = await connect(withStatus(status))
    expect(await sink.untilFailed()).toEqual({
      kind: 'status',
      status,
      retryAfter: undefined,
      hadCursor: false,
    })
    expect(sink.names).toEqual(['failed'])
  })

  test('a refusal says whether it carried a cursor', async () => {
    const { sink } = await connect(withStatus(400), { lastEventId: '1' })
    expect(await sink.untilFailed()).toMatchObject({ status: 400, hadCursor: true })
  })

  test.each([
    ['7', 7_000],
    [new Date(clock.now() + 9_000).toUTCString(), 9_000],
    ['soon', undefined],
    ['9999999', 3_600_000],
  ])('a 503 or 429 with Retry-After: %s waits for it', async (header, retryAfter) => {
    for (const status of [429, 503]) {
      const { sink } = await connect(withStatus(status, { 'retry-after': header }))
      expect(await sink.untilFailed()).toMatchObject({ status, retryAfter })
    }
  })

  test('an HTML page is not a stream: nothing opens, and its body is given up', async () => {
    let broken = false
    const { sink } = await connect(response => {
      response.on('close', () => (broken = true))
      head(response, 'text/html; charset=utf-8').write('data: no\n\n')
    })
    expect(await sink.untilFailed()).toEqual({
      kind: 'content-type',
      contentType: 'text/html; charset=utf-8',
    })
    expect(sink.names).toEqual(['failed'])
    await vi.waitFor(() => expect(broken).toBe(true))
  })

  test.each(['text/event-stream;', 'text/event-stream; charset=windows-1252', 'Text/Event-Stream'])(
    'the content type "%s" is a stream, and is read as UTF-8',
    async contentType => {
      const { sink } = await connect(response => head(response, contentType).end('data: é\n\n'))
      await sink.untilFailed()
      expect(sink.messages).toEqual(['é'])
    },
  )

  test.each([301, 302, 303, 307])('a redirect by %i is followed', async status => {
    const { sink } = await connect((response, request) =>
      request.url === '/'
        ? response.writeHead(status, { location: '/there' }).end()
        : head(response).end('data: 1\n\n'),
    )
    await sink.untilFailed()
    expect(sink.messages).toEqual(['1'])
  })

  test('a redirect is an error where the request forbids it, and goes nowhere', async () => {
    const { sink, requests } = await connect(withStatus(302, { location: '/there' }), {
      request: { redirect: 'error', headers: { 'x-token': 'secret' } },
    })
    expect(await sink.untilFailed()).toEqual({ kind: 'network' })
    expect(requests).toHaveLength(1)
  })

  test('a server that cannot be reached is a network failure that names no URL', async () => {
    const sink = new RecordingSink()
    createTransport().open(requestOf('http://user:pass@[bad?token=secret'), sink)
    expect(await sink.untilFailed()).toEqual({ kind: 'network' })
  })

  test('the end of a stream is a failure of its own', async () => {
    const { sink } = await connect(stream('data: 1\n\n'))
    expect(await sink.untilFailed()).toEqual({ kind: 'ended' })
  })

  test('a reset connection is a network failure, and what came before it counts', async () => {
    const { sink, transport } = await connect(async response => {
      await writeParts(head(response), ['id: 1\ndata: 1\n\n', 'id: 2\ndata: 2\n'])
      response.socket?.resetAndDestroy()
    })
    expect(await sink.untilFailed()).toEqual({ kind: 'network' })
    expect([sink.messages, transport.cursor?.()]).toEqual([['1'], '1'])
  })
})

describe('the stream', () => {
  test('every byte of it is life, comments too', async () => {
    const { sink } = await connect(openStream(':\n', ': ping\n\n', 'event: ping\n\n'))
    await vi.waitFor(() => expect(sink.aliveCount).toBe(3))
    expect(sink.names).toEqual(['opened'])
  })

  test('a byte at a time gives the same as at once', async () => {
    const bytes = Buffer.from('\uFEFF: hi\r\nevent: Grüße\r\nid: ☃\r\ndata: a\r\ndata: 𝄞\r\n\r\ndata: b\r\r')
    const { sink, transport } = await connect(stream(...Array.from(bytes, byte => Uint8Array.of(byte))))
    await sink.untilFailed()
    expect(sink.calls.slice(1, -1)).toEqual([
      { call: 'message', data: 'a\n𝄞', meta: { type: 'Grüße', id: '☃' } },
      { call: 'message', data: 'b', meta: { type: 'message', id: undefined } },
    ])
    expect(transport.cursor?.()).toBe('☃')
  })

  test('retry: is a floor between 250 ms and 5 min', async () => {
    const { sink } = await connect(
      stream('retry: 0\nretry: 3000\n', 'retry: 99999999999\nretry: 1s\nretry\n'),
    )
    await sink.untilFailed()
    expect(sink.calls.slice(1, -1)).toEqual(
      [250, 3_000, 300_000].map(delay => ({ call: 'retryFloor', delay })),
    )
  })

  test('an event over maxMessageBytes is reported and fails the attempt, whole or unfinished', async () => {
    const small = { maxMessageBytes: 100 }
    for (const text of [
      `data: ${'x'.repeat(101)}\n\n`,
      `data: ${'x'.repeat(120)}`,
      `data: ${'é'.repeat(51)}\n\n`,
    ]) {
      const { sink, transport } = await connect(
        openStream('id: 1\ndata: ok\n\n', text, 'data: late\n\n'),
        small,
      )
      expect(await sink.untilFailed()).toEqual({ kind: 'body' })
      expect(sink.names).toEqual(['opened', 'message', 'oversized', 'failed'])
      expect(transport.cursor?.()).toBe('1')
    }
  })

  test('many lines without an end are bounded too', async () => {
    const lines = Array.from({ length: 30 }, () => `data: ${'x'.repeat(9)}\n`)
    const { sink } = await connect(openStream(...lines), { maxMessageBytes: 100 })
    expect(await sink.untilFailed()).toEqual({ kind: 'body' })
  })

  test('comments without a blank line pile up nothing', async () => {
    const { sink } = await connect(stream(':ping\n'.repeat(100), 'data: 1\n\n'), { maxMessageBytes: 100 })
    expect(await sink.untilFailed()).toEqual({ kind: 'ended' })
    expect(sink.messages).toEqual(['1'])
  })

  test('an event of exactly maxMessageBytes passes, also in two parts', async () => {
    const data = 'x'.repeat(100)
    const { sink } = await connect(stream(`data: ${data}`, '\n\n'), { maxMessageBytes: 100 })
    await sink.untilFailed()
    expect(sink.messages).toEqual([data])
  })
})

describe('close', () => {
  test('ends the request at once, and nothing reaches the sink any more', async () => {
    let broken = false
    const { sink, attempt } = await connect(async response => {
      response.on('close', () => (broken = true))
      await openStream('data: 1\n\n')(response, response.req, 0)
    })
    await sink.untilMessages(1)
    attempt.close()
    await vi.waitFor(() => expect(broken).toBe(true))
    expect(sink.names).toEqual(['opened', 'message'])
    expect(clock.pending).toBe(0)
  })

  test('within a message: the rest of the same bytes is neither delivered nor moves the cursor', async () => {
    const { sink, attempt, transport } = await connect(
      openStream('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\n\n'),
    )
    sink.onMessage = () => {
      attempt.close()
      return true
    }
    await sink.untilMessages(1)
    expect([sink.messages, transport.cursor?.()]).toEqual([['1'], '1'])
  })

  test('an answer that comes after it is dropped unread, also where fetch ignores its signal', async () => {
    let answerNow = (_: Response) => {}
    const cancel = vi.fn()
    const sink = new RecordingSink()
    const transport = createTransport({ fetch: () => new Promise(resolve => (answerNow = resolve)) })
    transport.open(requestOf('http://a/'), sink).close()
    answerNow(
      new Response(new ReadableStream({ cancel }), { headers: { 'content-type': 'text/event-stream' } }),
    )
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce())
    expect(sink.calls).toEqual([])
  })
})
