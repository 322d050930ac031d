import { screen, waitFor } from '@testing-library/react'
import { usePolling, type PollingOptions, type PollingResult } from 'react-query-realtime'
import { useEffect } from 'react'
import { describe, expect, test } from 'vitest'
import type { Rule } from '../support/faultProxy/rules.ts'
import { pass, setUpFaults } from '../support/setUpFaults.tsx'
import { patient } from '../support/setUpFaultyConnection.tsx'

const open = setUpFaults()

/** A page that polls the last note through the fault proxy. */
async function openPolling(options: Partial<PollingOptions> = {}, rules: Rule[] = []) {
  const page = await open()
  await page.publish('note', null, 'first')
  for (const rule of rules) page.proxy.add(rule)
  let result!: PollingResult
  const all = {
    url: page.at('/poll?type=note'),
    interval: 60,
    backoff: { minDelay: 60, maxDelay: 120 },
    ...options,
  }
  function Note() {
    const given = usePolling(all as PollingOptions)
    useEffect(() => {
      result = given
    })
    return (
      <i role="status" title={given.error?.name ?? ''}>
        {String(given.data)}
      </i>
    )
  }
  page.render(<Note />)
  const shows = (text: string) =>
    waitFor(() => expect(screen.getByRole('status').textContent).toBe(text), patient)
  const polls = (count: number) =>
    waitFor(() => expect(page.proxy.moments('request').length).toBeGreaterThanOrEqual(count), patient)
  return {
    ...page,
    result: () => result,
    shows,
    polls,
    note: (text: string) => page.publish('note', null, text),
  }
}

const answer = (status: number, headers: Record<string, string> = {}, body = ''): Rule['act'] => ({
  do: 'answer',
  status,
  headers,
  body,
})

describe('a poll', () => {
  test('whose response is slower than the interval does not overlap with the next (P1)', async () => {
    const { proxy, polls, shows } = await openPolling({ interval: 20 }, [
      { at: 'request', act: { do: 'delay', ms: 80 } },
    ])
    await shows('first')
    await polls(5)
    const times = proxy.log.flatMap(entry =>
      entry.kind === 'moment' && entry.moment.at === 'request' ? [entry.at] : [],
    )
    for (const [index, time] of times.slice(1).entries())
      expect(time - times[index]!).toBeGreaterThanOrEqual(95)
  })

  const faults: [string, Rule['act']][] = [
    ['is reset', { do: 'reset' }],
    ['is cut short', { do: 'cut', after: 3, then: 'end' }],
    ['is reset in the middle', { do: 'cut', after: 3, then: 'reset' }],
    ['gets an HTML page', answer(200, { 'content-type': 'text/html' }, '<html>')],
    ['gets a 503', answer(503)],
    ['gets half a JSON body', answer(200, { 'content-type': 'application/json' }, '{"a":')],
  ]
  test.each(faults)('that %s keeps the data, and the next poll recovers (P5)', async (_name, act) => {
    const { proxy, shows, note, result } = await openPolling()
    await shows('first')
    const mend = proxy.add({ at: 'request', act } as Rule)
    await note('second')
    await waitFor(() => expect(result().error).not.toBe(null), patient)
    expect(result().data).toBe('first')
    mend()
    await shows('second')
    await waitFor(() => expect(result().error).toBe(null), patient)
  })

  test('without a response fails after its timeout, and the next poll recovers (P1)', async () => {
    const { shows, result } = await openPolling({ timeout: 200 }, [
      { at: 'request', times: 1, act: { do: 'hang' } },
    ])
    await waitFor(() => expect(result().error).toMatchObject({ failureKind: 'timeout' }), patient)
    await shows('first')
  })

  test('with a 429 response waits for its Retry-After, then continues at the interval (P5)', async () => {
    const { proxy, shows, polls, result } = await openPolling()
    await shows('first')
    proxy.add({ at: 'request', times: 1, act: answer(429, { 'retry-after': '1' }) } as Rule)
    await waitFor(() => expect(result().error).toMatchObject({ status: 429, retryAfter: 1_000 }), patient)
    const failedAt = proxy.log.filter(entry => 'act' in entry).at(-1)!.at
    const before = proxy.moments('request').length
    await polls(before + 1)
    const times = proxy.log.flatMap(entry =>
      entry.kind === 'moment' && entry.moment.at === 'request' ? [entry.at] : [],
    )
    expect(times[before]! - failedAt).toBeGreaterThanOrEqual(995)
    await waitFor(() => expect(result().error).toBe(null), patient)
    await waitFor(
      () => expect(result().nextPollAt! - result().dataUpdatedAt).toBeLessThanOrEqual(100),
      patient,
    )
  })

  test.each([204, 304])('with a %i response keeps the data (P3, P4)', async status => {
    const { proxy, shows, polls, result } = await openPolling()
    await shows('first')
    proxy.add({ at: 'request', act: answer(status) } as Rule)
    await polls(proxy.moments('request').length + 3)
    expect(result().data).toBe('first')
    expect(result().error).toBe(null)
  })

  test('of an unreachable server causes no storm, and continues when the server is back (P8)', async () => {
    const { proxy, shows, result, note } = await openPolling({ backoff: { minDelay: 100, maxDelay: 100 } })
    await shows('first')
    await proxy.refuse()
    await waitFor(() => expect(result().error).toMatchObject({ failureKind: 'network' }), patient)
    await note('second')
    const { errorUpdateCount } = result()
    const began = performance.now()
    await pass(600)
    const most = (performance.now() - began) / 50
    expect(result().errorUpdateCount - errorUpdateCount).toBeLessThanOrEqual(most)
    await proxy.accept()
    await shows('second')
  })
})
