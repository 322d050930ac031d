import { describe, expect, test } from 'vitest'
import { describeBothWays } from '../support/httpWays.ts'
import { type Clock, systemClock } from '../../src/core/platform.ts'
import { FakeClock } from '../support/fakeClock.ts'
import {
  CURSOR,
  NONE,
  PAIR,
  first,
  json,
  openPoll,
  poll,
  sentValidators,
  settle,
  status,
} from '../support/longPoll.ts'
import { until } from '../support/until.ts'

/** A server that holds each request for some time (ms), and never has news. */
function openSlowPoll(hold: number) {
  const clock = new FakeClock()
  const poll = openPoll('http://a/', {
    clock,
    fetch: () => {
      clock.advance(hold)
      return Promise.resolve(new Response(null, { status: 204 }))
    },
  })
  async function next() {
    await settle()
    clock.advance(0)
  }
  return { ...poll, next }
}

/** For responses that take no time, however slow the machine. */
const stoppedClock: Clock = { ...systemClock, elapsed: () => 0 }

describeBothWays('a long poll', isShared => {
  describe('without news,', () => {
    test('a 204, 304 or 408 repeats the request with the same validators, whatever validators it carries', async () => {
      const stray = { etag: '"stray"' }
      const { sink, requests } = await poll(
        [first, status(204, stray), status(304, stray), status(408, stray)],
        {
          clock: stoppedClock,
        },
      )
      await until(() => expect(requests.length).toBeGreaterThanOrEqual(5))
      expect(sentValidators(requests)).toEqual([NONE, PAIR, PAIR, PAIR, PAIR])
      expect([sink.names, sink.aliveCount]).toEqual([['opened', 'message'], 5])
    })

    test.each([200, 204, 304, 408])(
      'five responses of %i within 4 s at one cursor are a fast loop (L2, L9)',
      async code => {
        const { sink, requests } = await poll([first, ...Array.from({ length: 9 }, () => status(code))], {
          clock: stoppedClock,
        })
        expect(await sink.untilFailed()).toEqual({ kind: 'fast-loop' })
        expect(requests).toHaveLength(6)
      },
    )

    test('the same 200 over and over is a fast loop (L9)', async () => {
      const { sink } = await poll(
        Array.from({ length: 9 }, () => first),
        { clock: stoppedClock },
      )
      expect(await sink.untilFailed()).toEqual({ kind: 'fast-loop' })
      expect(sink.messages).toHaveLength(6)
    })

    test.each([
      ['changes', (index: number) => `"${index}"`],
      ['alternates', (index: number) => `"${index % 2}"`],
    ])('an empty 200 over and over is a fast loop, even if its ETag %s', async (_how, etagOf) => {
      const answers = Array.from({ length: 20 }, (_, index) => json('', { etag: etagOf(index) }))
      const { sink, requests } = await poll(answers, { clock: stoppedClock })
      expect(await sink.untilFailed()).toEqual({ kind: 'fast-loop' })
      expect(requests).toHaveLength(5)
    })

    test('bodies that differ are news, even without a cursor', async () => {
      const { sink } = await poll(
        Array.from({ length: 12 }, (_, index) => json(`${index}`)),
        { clock: stoppedClock },
      )
      expect(await sink.untilMessages(12)).toHaveLength(12)
      expect(sink.failure).toBeUndefined()
    })

    test.skipIf(isShared)(
      'a burst of new cursors is not a fast loop, and neither are slow responses',
      async () => {
        const burst = Array.from({ length: 12 }, (_, index) => json(`${index}`, { etag: `"${index}"` }))
        const { sink } = await poll(burst, { clock: stoppedClock })
        expect(await sink.untilMessages(12)).toHaveLength(12)
        expect(sink.failure).toBeUndefined()

        const slow = openSlowPoll(1_001)
        for (let count = 0; count < 10; count++) await slow.next()
        expect(slow.sink.aliveCount).toBe(10)
        expect(slow.sink.failure).toBeUndefined()
      },
    )

    test.skipIf(isShared)(
      'five responses within 4 s are a fast loop, however long each takes, and at a retry one more is (L2)',
      async () => {
        const slow = openSlowPoll(900)
        for (let count = 0; count < 5; count++) await slow.next()
        expect([slow.sink.aliveCount, slow.sink.failure]).toEqual([5, { kind: 'fast-loop' }])
        slow.open()
        await slow.next()
        expect([slow.sink.aliveCount, slow.sink.names.filter(name => name === 'failed')]).toEqual([
          6,
          ['failed', 'failed'],
        ])
      },
    )

    test('a 200 without a cursor after one with it is a lost cursor, once the server has the next request', async () => {
      const answered = await poll([first, json('2'), json('3')])
      await answered.sink.untilMessages(3)
      expect(answered.sink.names).toEqual(['opened', 'message', 'message', 'cursorLost', 'message'])
      expect(sentValidators(answered.requests).slice(0, 3)).toEqual([NONE, PAIR, NONE])
      const held = await poll([first, json('2')])
      await until(() => expect(held.sink.names.at(-1)).toBe('cursorLost'))
      expect(held.requests).toHaveLength(3)
    })

    test('immediate responses leave the page free for other work (L18)', async () => {
      let answers = 0
      const { attempt } = openPoll('http://a/', {
        fetch: () => Promise.resolve(new Response('1', { headers: { etag: `"${++answers}"` } })),
      })
      await until(() => expect(answers).toBeGreaterThan(1))
      attempt.close()
    })
  })

  describe('after a refusal', () => {
    test.each([400, 401, 403, 409, 410, 429, 500])(
      'with %i the attempt ends and keeps the cursor',
      async code => {
        const { sink, transport } = await poll([first, status(code, { 'retry-after': '2' })])
        expect(await sink.untilFailed()).toEqual({
          kind: 'status',
          status: code,
          headers: expect.any(Headers) as Headers,
          retryAfter: 2_000,
          hadCursor: true,
          body: '',
        })
        expect(transport.cursor?.()).toEqual(CURSOR)
      },
    )

    test('without a cursor the failure says so', async () => {
      const { sink } = await poll([status(400)])
      expect(await sink.untilFailed()).toMatchObject({ status: 400, hadCursor: false })
    })

    test('a dropped cursor is not sent; a kept one makes the next attempt a resumed one', async () => {
      const { sink, open, transport, requests } = await poll([first, status(500), status(409), status(204)])
      await sink.untilFailed()
      open()
      await until(() => expect(sink.calls.filter(({ call }) => call === 'failed')).toHaveLength(2))
      transport.dropCursor?.()
      expect(transport.cursor?.()).toBeUndefined()
      open()
      await until(() => expect(requests).toHaveLength(5))
      expect(sentValidators(requests)).toEqual([NONE, PAIR, PAIR, NONE, NONE])
      expect(sink.calls.filter(({ call }) => call === 'opened')).toEqual([
        { call: 'opened', resumed: false },
        { call: 'opened', resumed: false },
      ])
    })

    test('an attempt with a cursor opens as resumed', async () => {
      const { sink, open } = await poll([first, status(503), status(204)])
      await sink.untilFailed()
      open()
      await until(() => expect(sink.calls.at(-1)).toEqual({ call: 'opened', resumed: true }))
    })

    test('a redirect is an error if the request forbids it', async () => {
      const { sink, requests } = await poll([status(302, { location: '/there' })], {
        request: { redirect: 'error' },
      })
      expect(await sink.untilFailed()).toEqual({ kind: 'network' })
      expect(requests).toHaveLength(1)
    })

    test('an unreachable server is a network failure that quotes no URL', async () => {
      const { sink } = openPoll('http://[bad?token=secret')
      expect(await sink.untilFailed()).toEqual({ kind: 'network' })
    })
  })
})
