import { inspect } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/core/platform.ts'
import type { GetToken, IssuedToken } from '../../src/core/tokens.ts'
import { startRenewal } from '../../src/core/tokenRenewal.ts'
import { manageTokens } from '../support/manageTokens.ts'
import { ConnectionHarness, settle } from '../support/connectionHarness.ts'
import { FakeClock } from '../support/fakeClock.ts'

afterEach(() => void vi.useRealTimers())

const MINUTE = 60_000

/** A socket whose `getToken` returns these, one after another, or throws those that are errors. */
async function openSocket(...answers: (string | IssuedToken | Error)[]) {
  const harness = new ConnectionHarness()
  const reasons: string[] = []
  const getToken: GetToken = ({ reason }) => {
    reasons.push(reason)
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return answer ?? null
  }
  const tokens = manageTokens(() => getToken, harness.clock)
  harness.prepare = async refused => {
    const { isRefreshed, ...current } = await tokens.getToken(refused)
    return { ...current, tokenUse: isRefreshed ? 'refreshed' : 'given' }
  }
  harness.renew = former => tokens.getToken(former, 'expiring')
  harness.configure({ reauthenticate: token => `now ${token}` })
  await harness.open()
  return {
    harness,
    reasons,
    pass: async (ms: number) => {
      harness.clock.advance(ms)
      await settle()
    },
    sent: () => harness.transport.last.sent,
  }
}
const living = (token: string, expiresIn = MINUTE): IssuedToken => ({ token, expiresIn })

describe('the token of an open socket', () => {
  test('is replaced by a fresh one before it expires, every time, and the socket stays open (A8)', async () => {
    const { harness, reasons, pass, sent } = await openSocket(living('a'), living('b'), living('c'))
    await pass(53_999)
    expect([reasons, sent()]).toEqual([['connect'], []])
    await pass(1)
    expect([reasons, sent()]).toEqual([['connect', 'expiring'], ['now b']])
    await pass(54_000)
    expect(sent()).toEqual(['now b', 'now c'])
    expect([harness.status, harness.transport.attempts.length]).toEqual(['open', 1])
  })

  test('is from then on the one that a refusal concerns', async () => {
    const { harness, reasons, pass } = await openSocket(living('a'), living('b'), living('c'), 'd')
    await pass(54_000)
    await harness.failAndReopen({ kind: 'close', code: 4401, opened: true })
    expect(reasons).toEqual(['connect', 'expiring', 'refused'])
    expect(harness.refused).toEqual([undefined, 'b'])
  })

  test('is not renewed without a message to send it with, and options that come later apply', async () => {
    const { harness, reasons, pass, sent } = await openSocket(living('a'), living('b'))
    harness.configure({ reauthenticate: undefined })
    await pass(MINUTE)
    expect([reasons, sent(), harness.status]).toEqual([['connect'], [], 'open'])
    const late = await openSocket(living('a'), living('b'))
    late.harness.configure({ reauthenticate: token => `later ${token}` })
    await late.pass(54_000)
    expect(late.sent()).toEqual(['later b'])
  })

  test('is not renewed if its lifetime is unknown', async () => {
    const { harness, reasons, pass } = await openSocket('a')
    await pass(30 * 24 * 60 * MINUTE)
    expect([reasons, harness.status]).toEqual([['connect'], 'open'])
  })

  test.each<[string, string | IssuedToken | Error]>([
    ['getToken throws', new Error('down')],
    ['it returns none', ''],
    ['it returns the same one', 'a'],
  ])('stays until the server refuses it if %s (A8)', async (_what, answer) => {
    const { harness, reasons, pass, sent } = await openSocket(living('a'), answer, living('c'))
    await pass(60 * MINUTE)
    expect([reasons, sent(), harness.status]).toEqual([['connect', 'expiring'], [], 'open'])
    await harness.failAndReopen({ kind: 'close', code: 4401, opened: true })
    expect([reasons.at(-1), harness.connection.currentToken.token]).toEqual(['refused', 'c'])
  })

  test('is requested again if the application keeps the same one alive', async () => {
    const { reasons, pass, sent } = await openSocket(living('a'), living('a', 6_000), living('b'))
    await pass(54_000)
    expect(sent()).toEqual([])
    await pass(5_400)
    expect([reasons, sent()]).toEqual([['connect', 'expiring', 'expiring'], ['now b']])
  })

  test('is renewed at most once a second, however short its lifetime', async () => {
    const answers = Array.from({ length: 20 }, (_, index) => living(`${index}`, 1))
    const { reasons, pass } = await openSocket(...answers)
    await pass(999)
    expect(reasons).toEqual(['connect'])
    for (let count = 0; count < 5; count++) await pass(1_000)
    expect(reasons).toHaveLength(6)
  })

  test('is not sent over another socket if it arrives after its own is gone', async () => {
    const { harness, pass } = await openSocket(living('a'), 'x')
    let answer: (held: { token: string; isRefreshed: boolean }) => void = () => undefined
    harness.renew = () => new Promise(resolve => (answer = resolve))
    await pass(54_000)
    await harness.failAndReopen()
    answer({ token: 'late', isRefreshed: false })
    await settle()
    expect(harness.transport.attempts.map(({ sent }) => sent)).toEqual([[], []])
    expect(harness.connection.currentToken.token).toBe('x')
  })

  test('is not quoted in the report if its message cannot be built, and the socket stays open', async () => {
    const { harness, pass } = await openSocket(living('a'), living('secret'))
    harness.configure({
      reauthenticate: token => {
        throw new Error(token)
      },
    })
    await pass(54_000)
    const reported = harness.events.flatMap(event => (event.kind === 'handler-error' ? [event] : []))
    expect(reported).toMatchObject([{ type: 'reauthenticate', error: { code: 'configuration' } }])
    expect(inspect(reported, { depth: Infinity, showHidden: true })).not.toContain('secret')
    expect([harness.status, harness.connection.currentToken.token]).toEqual(['open', 'a'])
  })

  test('that expired while the machine slept is checked on waking, not when a late timer fires (A9)', async () => {
    const { harness, reasons } = await openSocket(living('a'), living('b'))
    harness.clock.sleep(55_000)
    expect(reasons).toEqual(['connect'])
    harness.hint('wake')
    await settle()
    expect([reasons, harness.transport.last.sent]).toEqual([['connect', 'expiring'], ['now b']])
  })

  test('leaves no timer when the socket is gone', async () => {
    const { harness } = await openSocket(living('a'))
    harness.connection.close()
    expect(harness.clock.pending).toBe(0)
    harness.hint('wake')
    expect(harness.clock.pending).toBe(0)
  })
})

test('a lifetime longer than the longest timer requests no token early (A11)', async () => {
  vi.useFakeTimers()
  const LONG = 3 * 2 ** 31
  const renew = vi.fn(() => Promise.resolve({ token: 'b', isRefreshed: false }))
  const sent: unknown[] = []
  const { stop } = startRenewal(
    {
      clock: systemClock,
      holder: { currentToken: { token: 'a', refreshAt: systemClock.elapsed() + LONG } },
      renew,
      send: data => sent.push(data) > 0,
      hasProtocol: false,
      lastId: 0,
      shared: () => undefined,
      mayOpen: () => true,
      report: () => undefined,
      options: () => ({}),
      reauthenticate: () => token => token,
    },
    { reauthenticate: () => token => token, isTakenOver: false },
  )
  await vi.advanceTimersByTimeAsync(LONG - 1)
  expect(renew).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(sent).toEqual(['b'])
  stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('the test clock sleeps as a machine does: no timer counts the time asleep', () => {
  const clock = new FakeClock(0)
  const fired = vi.fn()
  clock.setTimeout(fired, 10)
  clock.sleep(100)
  clock.advance(9)
  expect(fired).not.toHaveBeenCalled()
  clock.advance(1)
  expect([fired.mock.calls.length, clock.now()]).toEqual([1, 110])
})
