import { act, waitFor } from '@testing-library/react'
import { tokenInHeader, useServerEvents } from 'react-query-realtime'
import { describe, expect, onTestFinished, test } from 'vitest'
import { head } from '../support/eventStream.ts'
import type { Rule } from '../support/faultProxy/rules.ts'
import { startFaultProxy } from '../support/faultProxy/startFaultProxy.ts'
import { startServer, writeParts } from '../support/httpServer.ts'
import { pass } from '../support/setUpFaults.tsx'
import { patient, setUpFaultyConnection } from '../support/setUpFaultyConnection.tsx'
import { allowConsole } from '../support/consoleGuard.ts'

const openEvents = setUpFaultyConnection(useServerEvents, '/events')

/** An event's delay counts from when it is reported (ms). */
const LATENESS = 100

const answer = (status: number, headers: Record<string, string> = {}, times = 1): Rule => ({
  at: 'request',
  times,
  act: { do: 'answer', status, headers, body: 'x' },
})

describe('a response', () => {
  test.each([408, 425, 429, 500, 502, 503])('of %i is retried with back-off (S1)', async status => {
    const { shows, eventsOf } = await openEvents({}, { rules: [answer(status, {}, 3)] })
    await shows('open')
    expect(eventsOf('retry').map(({ retryCount }) => retryCount)).toEqual([1, 2, 3])
    expect(eventsOf('retry')[0]).toMatchObject({ error: { status } })
  })

  test('of 503 to a stream that was open delays the retry by its Retry-After (S1)', async () => {
    const { proxy, shows, eventsOf } = await openEvents()
    await shows('open')
    proxy.add(answer(503, { 'retry-after': '1' }))
    proxy.strike({ do: 'reset' })
    await waitFor(() => expect(eventsOf('retry')).toHaveLength(2), patient)
    expect(eventsOf('retry')[1]!.delay).toBeGreaterThanOrEqual(1_000 - LATENESS)
    await shows('open')
  })

  test('of 204 is final: the connection is closed, with no retry until reconnect() (S2)', async () => {
    const { proxy, shows, result } = await openEvents({}, { rules: [answer(204)] })
    await shows('closed')
    await pass(300)
    expect(proxy.moments('request')).toHaveLength(1)
    act(() => result().reconnect())
    await shows('open')
  })

  test('of 401 forces one new token for the retry (S3)', async () => {
    const asked: string[] = []
    const getToken = ({ reason }: { reason: string }) => {
      asked.push(reason)
      return reason
    }
    const { shows } = await openEvents({}, { provider: { getToken }, rules: [answer(401)] })
    await shows('open')
    expect(asked).toEqual(['connect', 'refused'])
  })

  test.each([400, 402, 403, 404, 405, 451])(
    'of %i ends the connection, with an error that names the status (S4, S5)',
    async status => {
      const { proxy, shows, result } = await openEvents({}, { rules: [answer(status)] })
      await shows('failed')
      expect(result().error).toMatchObject({ code: 'connection-failed', status })
      await pass(200)
      expect(proxy.moments('request')).toHaveLength(1)
    },
  )

  test('of 404 is retried if the application decides so (S5)', async () => {
    const { shows } = await openEvents(
      { reconnect: { decide: failure => (failure.kind === 'status' ? 'retry' : undefined) } },
      { rules: [answer(404, {}, 2)] },
    )
    await shows('open')
  })

  test.each([409, 410])('of %i drops the cursor, reconnects without it and is a gap (S5)', async status => {
    const { proxy, shows, note, hears, eventsOf, result } = await openEvents()
    await shows('open')
    await note('a')
    await hears('a')
    expect(result().lastEventId).toMatch(/:1$/)
    proxy.add(answer(status))
    proxy.strike({ do: 'reset' })
    await waitFor(() => expect(eventsOf('gap')).toMatchObject([{ cause: 'cursor-lost' }]), patient)
    await shows('open')
  })

  const future = () => new Date(Date.now() + 7_000).toUTCString()
  // Up to twice as long, because jitter of the same size is added.
  test.each<[string, () => string, number, number]>([
    ['seconds', () => '7', 7_000, 14_000],
    ['a date', future, 5_000, 14_000],
    ['garbage', () => 'soon', 0, 1_999],
    ['an excessive time', () => '9999999', 3_600_000, 7_200_000],
  ])(
    'of 429 with a Retry-After of %s delays the retry accordingly (S6)',
    async (_what, retryAfter, least, most) => {
      const { eventsOf } = await openEvents({}, { rules: [answer(429, { 'retry-after': retryAfter() })] })
      await waitFor(() => expect(eventsOf('retry').length).toBeGreaterThanOrEqual(1), patient)
      expect(eventsOf('retry')[0]!.delay).toBeGreaterThanOrEqual(least - LATENESS)
      expect(eventsOf('retry')[0]!.delay).toBeLessThanOrEqual(most)
    },
  )

  test('of 200 with an HTML page is not a stream: it is not read and is retried (S7)', async () => {
    const page = await openEvents(
      {},
      {
        rules: [
          { at: 'request', times: 2, act: { do: 'headers', headers: { 'content-type': 'text/html' } } },
        ],
      },
    )
    await page.shows('open')
    expect(page.eventsOf('retry')).toMatchObject([
      { error: { failureKind: 'content-type' } },
      { error: { failureKind: 'content-type' } },
    ])
    expect(page.statuses()).toEqual(['connecting', 'open'])
  })

  test.each(['text/event-stream;', 'text/event-stream; charset=windows-1252'])(
    'of 200 with the content type "%s" is a stream, and is read as UTF-8 (S8)',
    async contentType => {
      const { shows, note, hears } = await openEvents(
        {},
        { rules: [{ at: 'request', act: { do: 'headers', headers: { 'content-type': contentType } } }] },
      )
      await shows('open')
      await note('grüße ☃')
      await hears('grüße ☃')
    },
  )

  test.each([301, 302, 303, 307, 308])('of %i to the same origin is followed (S9)', async status => {
    const page = await openEvents(
      {},
      {
        before: ({ proxy }) =>
          void proxy.add(answer(status, { location: `${proxy.url}/events?channel=elsewhere-${status}` })),
      },
    )
    await page.shows('open')
    expect(page.proxy.moments('request')).toHaveLength(2)
    expect(page.eventsOf('retry')).toEqual([])
  })
})

describe('a redirect to another origin', () => {
  /** Another origin that records the headers it receives. */
  const startElsewhere = () => startServer(response => head(response).flushHeaders())

  test('does not receive the token of the Authorization header (S10, X3)', async () => {
    const elsewhere = await startElsewhere()
    const page = await openEvents(
      {},
      { provider: { getToken: () => 'secret' }, rules: [answer(302, { location: elsewhere.url })] },
    )
    await page.shows('open')
    expect(elsewhere.requests).toHaveLength(1)
    expect(JSON.stringify(elsewhere.requests[0]!.headers)).not.toContain('secret')
  })

  test('gets no request at all if the token is in another header (S10, X3)', async () => {
    const elsewhere = await startElsewhere()
    const attachToken = tokenInHeader('X-Token', token => token)
    const page = await openEvents(
      {},
      {
        provider: { getToken: () => 'secret', attachToken },
        rules: [answer(302, { location: elsewhere.url })],
      },
    )
    await waitFor(() => expect(page.eventsOf('retry').length).toBeGreaterThanOrEqual(1), patient)
    expect(elsewhere.requests).toHaveLength(0)
  })
})

describe('a stream', () => {
  test('that arrives one byte at a time loses nothing: no character, line end or id (S11, S12)', async () => {
    const page = await openEvents({}, { rules: [{ at: 'request', act: { do: 'drip' } }] })
    await page.shows('open')
    for (const each of ['grüße ☃', '𝄞']) await page.note(each)
    await page.hears('grüße ☃', '𝄞')
    expect(page.result().lastEventId).toMatch(/:2$/)
  })

  test('that is reset resumes after the last id: nothing is missed, repeated or refetched (S14)', async () => {
    const { proxy, shows, note, notes, hears, eventsOf } = await openEvents()
    await shows('open')
    await note('a')
    await hears('a')
    proxy.strike({ do: 'reset' })
    for (const each of ['b', 'c']) await note(each)
    await hears('a', 'b', 'c')
    await shows('open')
    await pass(1_100)
    expect(notes).toEqual(['a', 'b', 'c'])
    expect(eventsOf('gap')).toEqual([])
  })

  test('that is cut inside an event delivers that event once, after it reconnects (S14)', async () => {
    // The events follow `retry: 1000` and the blank line; this cuts within the second event.
    const { shows, hears, notes, eventsOf } = await openEvents(
      {},
      {
        before: async ({ publish, proxy }) => {
          await publish('note', null, 'first')
          await publish('other', null, 'x'.repeat(400))
          proxy.add({ at: 'request', times: 1, act: { do: 'cut', after: 300, then: 'end' } })
        },
      },
    )
    await hears('first')
    await waitFor(() => expect(eventsOf('retry')).toHaveLength(1), patient)
    await shows('open')
    await pass(100)
    // It had no id to resume from yet, so the server started over.
    expect(notes).toEqual(['first', 'first'])
    expect(eventsOf('bad-message')).toEqual([])
  })

  test.each([
    ['0', 250],
    ['99999999999', 300_000],
  ])('with retry: %s is not obeyed beyond reason: no retry before %i ms (S17)', async (retry, floor) => {
    const server = await startServer(async (response, _request, index) => {
      if (index > 0) return
      await writeParts(head(response), [`retry: ${retry}\n\n`])
      response.end()
    })
    const { eventsOf } = await openEvents({ url: server.url })
    await waitFor(() => expect(eventsOf('retry')).toHaveLength(1), patient)
    expect(eventsOf('retry')[0]!.delay).toBeGreaterThanOrEqual(floor - LATENESS)
    expect(eventsOf('retry')[0]!.delay).toBeLessThanOrEqual(2 * floor)
  })

  test('that goes silent is given up after silenceTimeout and resumes at its cursor (S18)', async () => {
    const page = await openEvents({ silenceTimeout: 250 }, { path: '/events?comment=50' })
    await page.shows('open')
    await page.note('a')
    await page.hears('a')
    // The next data hangs behind its headers.
    page.proxy.add({ at: 'request', times: 1, act: { do: 'cut', after: 0, then: 'hang' } })
    page.proxy.strike({ do: 'reset' })
    await waitFor(
      () =>
        expect(
          page.eventsOf('retry').map(({ error }) => (error as { failureKind?: string }).failureKind),
        ).toContain('silence'),
      patient,
    )
    await page.note('b')
    await page.hears('a', 'b')
  })

  test.each([': still here\n\n', 'event: ping\n\n', '\n'])(
    'that sends only %j is alive (S18, S19)',
    async sign => {
      const server = await startServer(response => {
        head(response).flushHeaders()
        const timer = setInterval(() => response.write(sign), 20)
        response.on('close', () => clearInterval(timer))
      })
      const page = await openEvents({ url: server.url, silenceTimeout: 400 })
      await page.shows('open')
      await pass(900)
      expect(page.eventsOf('retry')).toEqual([])
      expect(page.eventsOf('unknown-type')).toEqual([])
    },
  )

  test('that the server ends is reopened after the back-off (S21)', async () => {
    const { proxy, shows, note, hears, fault, eventsOf } = await openEvents()
    await shows('open')
    await fault('kill', { code: 1000 })
    await waitFor(
      () => expect(eventsOf('retry')).toMatchObject([{ error: { failureKind: 'ended' } }]),
      patient,
    )
    await shows('open')
    await note('a')
    await hears('a')
    expect(proxy.moments('request')).toHaveLength(2)
  })

  test('with events named error, open or __proto__ stays open (S23)', async () => {
    const names = ['error', 'open', 'close', 'message', '__proto__', 'constructor']
    const heard: string[] = []
    const server = await startServer(response =>
      writeParts(
        head(response),
        names.map(name => `event: ${name}\ndata: 1\n\n`),
      ),
    )
    const page = await openEvents({ url: server.url, onMessage: ({ type }) => heard.push(type) })
    await waitFor(() => expect(heard).toEqual(names), patient)
    expect(page.statuses()).toEqual(['connecting', 'open'])
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  test('with an event that is too large, or never ends, is given up with an error and frees its memory (S27)', async () => {
    allowConsole(/larger than maxMessageBytes/)
    const server = await startServer(async (response, _request, index) => {
      head(response)
      if (index === 0)
        await writeParts(
          response,
          Array.from({ length: 40 }, () => `data: ${'x'.repeat(100)}`),
        )
      else await writeParts(response, ['event: note\ndata: good\n\n'])
    })
    const page = await openEvents({ url: server.url, maxMessageBytes: 1_000 })
    await page.hears('good')
    expect(page.eventsOf('bad-message')).toMatchObject([{ reason: 'too-large' }])
    expect(page.eventsOf('retry')).toMatchObject([{ error: { failureKind: 'body' } }])
  })
})

test('a proxy in front of a dead server is retried until the server is back (S1)', async () => {
  const server = await startServer(response => head(response).flushHeaders())
  const proxy = await startFaultProxy(server.url)
  onTestFinished(() => proxy.close())
  await proxy.refuse()
  const page = await openEvents({ url: proxy.url })
  await waitFor(() => expect(page.eventsOf('retry').length).toBeGreaterThanOrEqual(2), patient)
  expect(page.eventsOf('retry')[0]).toMatchObject({ error: { failureKind: 'network' } })
  await proxy.accept()
  await page.shows('open')
})
