import { act, waitFor } from '@testing-library/react'
import {
  append,
  type LongPollOptions,
  type LongPollResult,
  type MessageSchemas,
  useLongPoll,
  type Validators,
} from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import type { Rule } from '../support/faultProxy/rules.ts'
import { startServer } from '../support/httpServer.ts'
import { JSON_TYPE } from '../support/longPoll.ts'
import { pageFrom } from '../support/pageFrom.ts'
import { pass } from '../support/setUpFaults.tsx'
import { patient, setUpFaultyConnection } from '../support/setUpFaultyConnection.tsx'
import { allowConsole } from '../support/consoleGuard.ts'

type Options = LongPollOptions<MessageSchemas, Validators>
const openLongPoll = setUpFaultyConnection<Options, LongPollResult>(useLongPoll, '/long-poll')

const note = (response: unknown) => JSON.stringify({ type: 'note', params: null, response })
const answer = (status: number, more: { headers?: Record<string, string>; body?: string } = {}): Rule => ({
  at: 'request',
  times: 1,
  act: { do: 'answer', status, ...more },
})

/** An open poll that has received "first" and has a cursor. `rules` apply to later requests. */
async function openPoll(options: Parameters<typeof openLongPoll>[0] = {}, path = '/long-poll') {
  const page = await openLongPoll(options, {
    path,
    before({ proxy, publish }) {
      // To another origin, a poll that fails is tried without its cursor, and the server may be back by then.
      pageFrom(proxy.url)
      return publish('note', null, 'first')
    },
  })
  await page.shows('open')
  await page.hears('first')
  await waitFor(() => expect(page.proxy.moments('request').length).toBeGreaterThanOrEqual(2), patient)
  return page
}

describe('a response', () => {
  test('that is held is delivered when it arrives, and the next request continues from it (L1)', async () => {
    const page = await openPoll()
    for (const each of ['a', 'b']) {
      await page.note(each)
      await page.hears('first', ...(each === 'a' ? ['a'] : ['a', 'b']))
    }
    await waitFor(() => expect(page.proxy.moments('request')).toHaveLength(4), patient)
    expect(page.eventsOf('retry')).toEqual([])
  })

  test.each([204, 304, 408])(
    '%i means no news: the poll is repeated with the same cursor and without an error (L2, L3)',
    async status => {
      const page = await openPoll()
      const { cursor } = page.result()
      page.proxy.add(answer(status, { headers: { etag: '"stray"' } }))
      await page.note('a')
      await page.hears('first', 'a')
      await page.note('b')
      await page.hears('first', 'a', 'b')
      expect(cursor).toBeDefined()
      expect(page.eventsOf('retry')).toEqual([])
      expect(page.eventsOf('gap')).toEqual([])
    },
  )

  test('without news, sent immediately over and over, does not cause a hot loop (L2, L9)', async () => {
    const page = await openPoll()
    page.proxy.add({ at: 'request', act: { do: 'answer', status: 204 } })
    await page.note('wakes the held request')
    await waitFor(() => {
      const fast = page
        .eventsOf('retry')
        .filter(({ error }) => (error as { failureKind?: string }).failureKind === 'fast-loop')
      expect(fast.length).toBeGreaterThanOrEqual(2)
    }, patient)
    page.proxy.clear()
    await page.note('b')
    await waitFor(() => expect(page.notes.at(-1)).toBe('b'), patient)
  })

  test('without the validators that a cursor needs causes a loop that backs off, never a hot one (L10)', async () => {
    const server = await startServer(response => response.writeHead(200, JSON_TYPE).end(note('same')))
    const page = await openLongPoll({ url: server.url })
    await waitFor(() => expect(page.eventsOf('retry').length).toBeGreaterThanOrEqual(1), patient)
    expect(page.eventsOf('retry')[0]).toMatchObject({ error: { failureKind: 'fast-loop' } })
  })

  test('that never arrives is given up after holdTimeout and requested again (L4)', async () => {
    const page = await openPoll({ holdTimeout: 1_500 }, '/long-poll?hold=500')
    page.proxy.add({ at: 'request', times: 1, act: { do: 'hang' } })
    await waitFor(
      () => expect(page.eventsOf('retry')).toMatchObject([{ error: { failureKind: 'silence' } }]),
      patient,
    )
    await page.note('a')
    await page.hears('first', 'a')
    await waitFor(() => expect(page.proxy.openConnections().length).toBeLessThanOrEqual(1), patient)
  })

  test('that never arrives is given up even if fetch ignores its abort (L5)', async () => {
    const deaf: typeof fetch = (url, init) => fetch(url, { ...init, signal: null })
    const page = await openLongPoll(
      { holdTimeout: 250 },
      { provider: { fetch: deaf }, rules: [{ at: 'request', times: 1, act: { do: 'hang' } }] },
    )
    await page.publish('note', null, 'a')
    await page.hears('a')
    expect(page.eventsOf('retry')[0]).toMatchObject({ error: { failureKind: 'silence' } })
  })

  test.each(['end', 'reset'] as const)(
    'whose body is cut short by its %s is not delivered, moves no cursor and is requested again (L6)',
    async then => {
      const page = await openPoll()
      page.proxy.add({ at: 'request', times: 1, act: { do: 'cut', after: 30, then } })
      for (const each of ['a', 'b', 'c']) await page.note(each)
      await page.hears('first', 'a', 'b', 'c')
      expect(page.eventsOf('retry')).toHaveLength(1)
      expect(page.eventsOf('bad-message')).toEqual([])
    },
  )

  test('whose body is not JSON moves no cursor and is retried with back-off (L7)', async () => {
    allowConsole(/could not be read/)
    const page = await openPoll()
    page.proxy.add({
      ...answer(200, { headers: { ...JSON_TYPE, etag: '"stray"' }, body: '{"cut' }),
      times: 3,
    })
    for (const each of ['a', 'b']) await page.note(each)
    await page.hears('first', 'a', 'b')
    expect(page.eventsOf('bad-message')).toHaveLength(3)
    expect(page.eventsOf('retry').map(({ retryCount }) => retryCount)).toEqual([1, 2, 3])
  })

  test('that is an HTML page is an error, moves no cursor and writes nothing (L8)', async () => {
    const page = await openPoll()
    page.proxy.add(answer(200, { headers: { 'content-type': 'text/html', etag: '"stray"' }, body: '<html>' }))
    for (const each of ['a', 'b']) await page.note(each)
    await page.hears('first', 'a', 'b')
    expect(page.eventsOf('retry')).toMatchObject([{ error: { failureKind: 'content-type' } }])
  })

  test.each([409, 410, 400])(
    '%i to a cursor drops it once, reports a gap and starts over (L11, L12, L13)',
    async status => {
      const gaps: unknown[] = []
      const page = await openPoll({
        on: { note: ({ response }, cache) => cache.setQueryData(['notes'], append(response)) },
        onGap: ({ cause, keys }) => gaps.push(cause, keys),
      })
      page.proxy.add(answer(status))
      await page.note('a')
      await waitFor(() => expect(gaps).toEqual(['cursor-lost', [['notes']]]), patient)
      expect(page.queryClient.getQueryState(['notes'])?.isInvalidated).toBe(true)
      // The request had no cursor, so it got everything there is.
      await waitFor(() => expect(page.notes.at(-1)).toBe('a'), patient)
      expect(page.eventsOf('retry')).toHaveLength(1)
    },
  )

  test('400 to a request without a cursor ends the loop, because there is nothing to drop (L12)', async () => {
    const page = await openLongPoll({}, { rules: [{ at: 'request', act: { do: 'answer', status: 400 } }] })
    await page.shows('failed')
    await pass(200)
    expect(page.proxy.moments('request')).toHaveLength(1)
  })

  test('that arrives one byte at a time is delivered whole, and not at all after an unmount (L14)', async () => {
    const page = await openPoll()
    page.proxy.add({ at: 'request', act: { do: 'drip' } })
    await page.note('grüße ☃')
    await page.hears('first', 'grüße ☃')
    await page.note('x'.repeat(20_000))
    await waitFor(() => expect(page.proxy.moments('request').length).toBeGreaterThanOrEqual(3), patient)
    page.view.unmount()
    await waitFor(() => expect(page.proxy.openConnections()).toEqual([]), patient)
    expect(page.eventsOf('retry')).toEqual([])
  })

  test('401 forces one new token, and every request carries the current one (L16)', async () => {
    const asked: string[] = []
    const getToken = ({ reason }: { reason: string }) => `${asked.push(reason)}-${reason}`
    const server = await startServer((response, { headers }, index) => {
      if (index === 2) return response.writeHead(401).end()
      return response
        .writeHead(200, { ...JSON_TYPE, etag: `"${index}"` })
        .end(index > 3 ? '' : note(headers.authorization))
    })
    const page = await openLongPoll(
      { url: server.url },
      { provider: { getToken, trustedOrigins: [server.url] } },
    )
    await waitFor(() => expect(page.notes).toHaveLength(3), patient)
    expect(page.notes).toEqual(['Bearer 1-connect', 'Bearer 2-connect', 'Bearer 4-refused'])
  })

  test('with an empty body and a new cursor moves the cursor and delivers no message (L17)', async () => {
    const cursors: unknown[] = []
    const server = await startServer((response, { headers }, index) => {
      cursors.push(headers['if-none-match'])
      if (index > 2) return
      response.writeHead(200, { ...JSON_TYPE, etag: `"${index}"` }).end(index === 0 ? note('a') : '')
    })
    const page = await openLongPoll({ url: server.url })
    await page.hears('a')
    await waitFor(() => expect(cursors).toEqual([undefined, '"0"', '"1"', '"2"']), patient)
    expect(page.eventsOf('bad-message')).toEqual([])
  })
})

describe('a loop', () => {
  test('is shared by two components with one URL (L15)', async () => {
    const page = await openPoll()
    page.view.rerender([<page.Light key="a" />, <page.Light key="b" />])
    await page.note('a')
    await waitFor(() => expect(page.notes.filter(each => each === 'a')).toHaveLength(2), patient)
    expect(page.proxy.openConnections()).toHaveLength(1)
    expect(page.proxy.moments('request').length).toBeLessThanOrEqual(3)
  })

  test('that is reset or refused resumes at its cursor: nothing is missed or delivered twice (L1)', async () => {
    const page = await openPoll()
    await page.proxy.refuse()
    act(() => page.proxy.strike({ do: 'reset' }))
    await page.shows('reconnecting')
    for (const each of ['a', 'b']) await page.note(each)
    await page.proxy.accept()
    await page.hears('first', 'a', 'b')
    await pass(1_100)
    expect(page.eventsOf('gap')).toEqual([])
  })

  test('of immediate responses leaves the page free for other work (L18)', async () => {
    const server = await startServer((response, _request, index) => {
      if (index < 50) response.writeHead(200, { ...JSON_TYPE, etag: `"${index}"` }).end(note(index))
    })
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const page = await openLongPoll({ url: server.url })
    await waitFor(() => expect(page.notes).toHaveLength(50), patient)
    clearInterval(timer)
    expect(page.notes).toEqual(Array.from({ length: 50 }, (_, index) => index))
    expect(turns).toBeGreaterThanOrEqual(25)
  })
})
