import type { ServerResponse } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { describeBothWays } from '../support/httpWays.ts'
import type { AttemptRequest, FetchLike } from '../../src/core/transport.ts'
import { FakeClock } from '../support/fakeClock.ts'
import { requestOf } from '../support/recordingSink.ts'
import { CURSOR, JSON_TYPE, first, openPoll, poll, settle, status } from '../support/longPoll.ts'
import { until } from '../support/until.ts'

describeBothWays('a long poll', isShared => {
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
      'is given up after holdTimeout, even if fetch ignores its signal: %s (L4, L5)',
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

    test.skipIf(isShared)('restarts its timeout with each request and each part of a body', async () => {
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

  test('a request that is never rebuilt is given up after holdTimeout, too', async () => {
    const clock = new FakeClock()
    const fetch = () => Promise.resolve(new Response(null, { status: 204 }))
    const { sink } = openPoll('http://a/', {
      clock,
      fetch,
      request: { rebuild: () => new Promise(() => {}) },
    })
    await settle()
    clock.advance(0)
    await settle()
    clock.advance(60_000)
    expect(sink.failure).toEqual({ kind: 'silence' })
    expect(clock.pending).toBe(0)
  })

  describe('close', () => {
    test('while a body is read delivers nothing, keeps the cursor, ends the request and leaves no timer (L14)', async () => {
      const clock = new FakeClock()
      let held: ServerResponse | undefined
      const { sink, attempt, transport } = await poll(
        [response => void (held = response.writeHead(200, { ...JSON_TYPE, etag: '"1"' })).write('"ha')],
        { clock },
      )
      await until(() => expect(sink.names).toEqual(['opened']))
      attempt.close()
      held?.end('lf"')
      await until(() => expect(held?.destroyed || held?.writableFinished).toBe(true))
      await settle()
      expect(sink.names).toEqual(['opened'])
      expect(transport.cursor?.()).toBeUndefined()
      expect(clock.pending).toBe(0)
    })

    test.skipIf(isShared)('cancels a body if fetch ignores its signal', async () => {
      const cancel = vi.fn()
      const { sink, attempt } = openPoll('http://a/', {
        fetch: () => Promise.resolve(new Response(new ReadableStream({ cancel }))),
      })
      await until(() => expect(sink.names).toEqual(['opened']))
      attempt.close()
      await settle()
      expect(cancel).toHaveBeenCalledOnce()
      expect(sink.names).toEqual(['opened'])
    })

    test("during a message keeps that message's cursor, because it was delivered, and sends no more requests", async () => {
      const { sink, attempt, transport, requests } = await poll([first, first])
      sink.accepts = () => {
        attempt.close()
        return true
      }
      await sink.untilMessages(1)
      await settle()
      expect(transport.cursor?.()).toEqual(CURSOR)
      expect(requests).toHaveLength(1)
    })

    test('right after opening reports nothing more', async () => {
      const { sink, attempt, requests } = await poll([status(204), status(204)])
      const opened = vi.spyOn(sink, 'onOpen').mockImplementation(() => attempt.close())
      await until(() => expect(opened).toHaveBeenCalledOnce())
      await settle()
      expect([sink.names, sink.aliveCount, requests.length]).toEqual([[], 1, 1])
    })

    test('between two requests sends no further one', async () => {
      const clock = new FakeClock()
      const fetch = vi.fn<FetchLike>(() => Promise.resolve(new Response(null, { status: 204 })))
      let release = () => {}
      const again = () =>
        new Promise<AttemptRequest>(resolve => (release = () => resolve(requestOf('http://a/'))))
      const { attempt, sink } = openPoll('http://a/', { clock, fetch, request: { rebuild: again } })
      await settle()
      clock.advance(0)
      await settle()
      attempt.close()
      release()
      await settle()
      expect([fetch.mock.calls.length, sink.aliveCount, clock.pending]).toEqual([1, 1, 0])
    })
  })
})
