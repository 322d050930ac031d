import type { ServerResponse } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { connect, createTransport, head, withStatus } from '../support/eventStream.ts'
import { FakeClock } from '../support/fakeClock.ts'
import type { Answer } from '../support/httpServer.ts'
import { openPoll, poll, settle, status } from '../support/longPoll.ts'
import { RecordingSink, requestOf } from '../support/recordingSink.ts'
import { until } from '../support/until.ts'

const problem =
  (body: string, code = 422): Answer =>
  response =>
    response.writeHead(code, { 'content-type': 'application/problem+json', 'x-code': 'E1' }).end(body)

describe('the failure of a status', () => {
  test.each(['events', 'lines'] as const)(
    'carries the body and the headers of a stream of %s',
    async framing => {
      const { sink } = await connect(problem('{"code":"no-such-room"}'), { framing })
      const failure = await sink.untilFailed()
      expect(failure).toMatchObject({ kind: 'status', status: 422, body: '{"code":"no-such-room"}' })
      expect(failure.kind === 'status' && failure.headers?.get('x-code')).toBe('E1')
    },
  )

  test('carries the body and the headers of a long poll', async () => {
    const { sink } = await poll([problem('{"code":"no-such-room"}')])
    expect(await sink.untilFailed()).toMatchObject({ status: 422, body: '{"code":"no-such-room"}' })
  })

  test('carries at most 4 KiB of the body, and the request is given up', async () => {
    let held: ServerResponse | undefined
    const { sink } = await connect(response => {
      held = response.writeHead(500)
      held.write('é'.repeat(100_000))
    })
    const failure = await sink.untilFailed()
    expect(failure).toMatchObject({ status: 500, body: 'é'.repeat(2_048) })
    await until(() => expect(held?.destroyed).toBe(true))
  })

  test('waits at most a second for a body that the server holds, and gives the request up', async () => {
    const clock = new FakeClock()
    const cancel = vi.fn()
    const body = new ReadableStream({ start: stream => stream.enqueue(Buffer.from('busy')), cancel })
    const fetch = () => Promise.resolve(new Response(body, { status: 503 }))
    const { sink } = openPoll('http://a/', { clock, fetch })
    await settle()
    clock.advance(999)
    await settle()
    expect([sink.names, sink.failure]).toEqual([[], undefined])
    clock.advance(1)
    await settle()
    expect(sink.failure).toMatchObject({ status: 503, body: 'busy' })
    expect(sink.names).toEqual(['failed'])
    expect([cancel.mock.calls.length, clock.pending]).toEqual([1, 0])
  })

  test('has an empty body if the connection breaks off inside it', async () => {
    const { sink } = await connect(response => {
      response.writeHead(500, { 'content-length': 10 }).flushHeaders()
      setTimeout(() => response.socket?.resetAndDestroy(), 20)
    })
    expect(await sink.untilFailed()).toMatchObject({ kind: 'status', status: 500, body: '' })
  })

  test('is not reported after close(), which leaves no timer and no reader', async () => {
    const clock = new FakeClock()
    const cancel = vi.fn()
    const fetch = () => Promise.resolve(new Response(new ReadableStream({ cancel }), { status: 503 }))
    const { sink, attempt } = openPoll('http://a/', { clock, fetch })
    await settle()
    attempt.close()
    clock.advance(5_000)
    await settle()
    expect([sink.names, clock.pending, cancel.mock.calls.length]).toEqual([[], 0, 1])
  })

  test('has the body of a fetch that cannot stream, as in React Native', async () => {
    const response = Object.defineProperty(new Response('no', { status: 400 }), 'body', { value: undefined })
    const sink = new RecordingSink()
    createTransport({ fetch: () => Promise.resolve(response) }).open(requestOf('http://a/'), sink)
    expect(await sink.untilFailed()).toMatchObject({ status: 400, body: 'no' })
  })
})

describe('a response that is no error', () => {
  test('is offered before its body is read: 200 to a stream, every one of a long poll', async () => {
    const events = await connect(response => head(response).write('data: 1\n\n'))
    events.sink.acceptsAnswer = () => {
      expect(events.sink.names).toEqual([])
      return true
    }
    await events.sink.untilMessages(1)
    expect(events.sink.answers).toEqual([200])
    const polls = await poll([status(204), status(304), status(408), problem('1', 200)])
    await polls.sink.untilMessages(1)
    expect(polls.sink.answers).toEqual([204, 304, 408, 200])
  })

  test('is offered with a status that the transport has no use for, before that is a failure', async () => {
    for (const code of [202, 204]) {
      const { sink } = await connect(withStatus(code))
      expect(await sink.untilFailed()).toMatchObject({ kind: 'status', status: code })
      expect(sink.answers).toEqual([code])
    }
    const { sink } = await poll([status(202, { 'retry-after': '3' })])
    expect(await sink.untilFailed()).toMatchObject({ kind: 'status', status: 202, retryAfter: 3_000 })
    expect(sink.answers).toEqual([202])
  })

  test('is offered with its Retry-After', async () => {
    const { sink } = await connect(response => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'retry-after': '4' }).write('\n')
    })
    const seen: unknown[] = []
    sink.acceptsAnswer = answer => seen.push(answer) > 0
    await until(() => expect(sink.names).toEqual(['opened']))
    expect(seen).toMatchObject([{ status: 200, retryAfter: 4_000 }])
  })

  test('is not offered if it is an error or a page', async () => {
    const error = await connect(withStatus(500))
    await error.sink.untilFailed()
    const page = await connect(response => head(response, 'text/html').end())
    await page.sink.untilFailed()
    expect([error.sink.answers, page.sink.answers]).toEqual([[], []])
  })

  test('ends the attempt without a failure if it is rejected: its body is cancelled and nothing opens', async () => {
    let held: ServerResponse | undefined
    const { sink, open } = await connect(response => void (held = head(response)).write('data: 1\n\n'))
    sink.acceptsAnswer = () => false
    await until(() => expect(held?.destroyed).toBe(true))
    expect(sink.calls).toEqual([])
    sink.acceptsAnswer = () => true
    open()
    await sink.untilMessages(1)
  })
})

describe('a POST', () => {
  const post = { method: 'POST', body: '{}' }

  test('is spent once a stream responds, and not before', async () => {
    for (const framing of ['events', 'lines'] as const) {
      const refused = await connect(withStatus(503), { ...post, framing })
      await refused.sink.untilFailed()
      expect(refused.attempt.isSpent).toBe(false)
      const accepted = await connect(response => head(response).write('\n'), { ...post, framing })
      expect(accepted.attempt.isSpent).toBe(false)
      await until(() => expect(accepted.sink.names).toEqual(['opened']))
      expect(accepted.attempt.isSpent).toBe(true)
    }
  })

  test('is spent if a page responds, because the server has done something', async () => {
    const { sink, attempt } = await connect(response => head(response, 'text/html').end(), post)
    await sink.untilFailed()
    expect(attempt.isSpent).toBe(true)
  })

  test('of a long poll is never spent, nor is a GET', async () => {
    const { sink, attempt } = await poll([problem('1', 200)], post)
    await sink.untilMessages(1)
    const get = await connect(response => head(response).write('data: 1\n\n'))
    await get.sink.untilMessages(1)
    expect([attempt.isSpent, get.attempt.isSpent]).toEqual([false, false])
  })
})
