import { inspect } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { type GetToken, type IssuedToken, createTokenAuthority } from '../../src/core/tokenAuthority.ts'
import { startRenewal } from '../../src/core/renewal.ts'
import { ConnectionHarness, settle } from '../support/connectionHarness.ts'
import { FakeClock } from '../support/fakeClock.ts'

afterEach(() => void vi.useRealTimers())

const MINUTE = 60_000

/** A socket whose `getToken` gives these, one after another; what is thrown is thrown. */
async function openSocket(...answers: (string | IssuedToken | Error)[]) {
  const harness = new ConnectionHarness()
  const reasons: string[] = []
  const getToken: GetToken = ({ reason }) => {
    reasons.push(reason)
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return answer ?? null
  }
  const authority = createTokenAuthority(() => getToken, harness.clock)
  harness.prepare = async refused => {
    const { forced, ...held } = await authority.grant(refused)
    return { ...held, tokenUse: forced ? 'forced' : 'given' }
  }
  harness.renew = former => authority.grant(former, 'expiring')
  harness.channelOptions = { reauthenticate: token => `now ${token}` }
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
  test('is followed by a fresh one before it ends, again and again, and the socket stays (A8)', async () => {
    const { harness, reasons, pass, sent } = await openSocket(living('a'), living('b'), living('c'))
    await pass(53_999)
    expect([reasons, sent()]).toEqual([['connect'], []])
    await pass(1)
    expect([reasons, sent()]).toEqual([['connect', 'expiring'], ['now b']])
    await pass(54_000)
    expect(sent()).toEqual(['now b', 'now c'])
    expect([harness.status, harness.transport.attempts.length]).toEqual(['open', 1])
  })

  test('is from then on the one that a refusal is about', async () => {
    const { harness, reasons, pass } = await openSocket(living('a'), living('b'), living('c'), 'd')
    await pass(54_000)
    await harness.failAndReopen({ kind: 'close', code: 4401, opened: true })
    expect(reasons).toEqual(['connect', 'expiring', 'refused'])
    expect(harness.refused).toEqual([undefined, 'b'])
  })

  test('is not asked for where no message would bring it, and options that come later count', async () => {
    const { harness, reasons, pass, sent } = await openSocket(living('a'), living('b'))
    harness.channelOptions = {}
    await pass(MINUTE)
    expect([reasons, sent(), harness.status]).toEqual([['connect'], [], 'open'])
    const late = await openSocket(living('a'), living('b'))
    late.harness.channelOptions = { reauthenticate: token => `later ${token}` }
    await late.pass(54_000)
    expect(late.sent()).toEqual(['later b'])
  })

  test('is not asked for where its life is not known', async () => {
    const { harness, reasons, pass } = await openSocket('a')
    await pass(30 * 24 * 60 * MINUTE)
    expect([reasons, harness.status]).toEqual([['connect'], 'open'])
  })

  test.each<[string, string | IssuedToken | Error]>([
    ['getToken throws', new Error('down')],
    ['there is none', ''],
    ['it is the same again', 'a'],
  ])('stays as it is until the server refuses it where %s (A8)', async (_what, answer) => {
    const { harness, reasons, pass, sent } = await openSocket(living('a'), answer, living('c'))
    await pass(60 * MINUTE)
    expect([reasons, sent(), harness.status]).toEqual([['connect', 'expiring'], [], 'open'])
    await harness.failAndReopen({ kind: 'close', code: 4401, opened: true })
    expect([reasons.at(-1), harness.connection.held.token]).toEqual(['refused', 'c'])
  })

  test('is asked for again where the application still lets the same one live', async () => {
    const { reasons, pass, sent } = await openSocket(living('a'), living('a', 6_000), living('b'))
    await pass(54_000)
    expect(sent()).toEqual([])
    await pass(5_400)
    expect([reasons, sent()]).toEqual([['connect', 'expiring', 'expiring'], ['now b']])
  })

  test('is asked for once a second at most, whatever lives for less', async () => {
    const answers = Array.from({ length: 20 }, (_, index) => living(`${index}`, 1))
    const { reasons, pass } = await openSocket(...answers)
    await pass(999)
    expect(reasons).toEqual(['connect'])
    for (let count = 0; count < 5; count++) await pass(1_000)
    expect(reasons).toHaveLength(6)
  })

  test('that comes late, after the socket is gone, is sent over no other', async () => {
    const { harness, pass } = await openSocket(living('a'), 'x')
    let answer: (held: { token: string; forced: boolean }) => void = () => undefined
    harness.renew = () => new Promise(resolve => (answer = resolve))
    await pass(54_000)
    await harness.failAndReopen()
    answer({ token: 'late', forced: false })
    await settle()
    expect(harness.transport.attempts.map(({ sent }) => sent)).toEqual([[], []])
    expect(harness.connection.held.token).toBe('x')
  })

  test('whose message cannot be built is reported without what was thrown, which may quote it, and the socket stays', async () => {
    const { harness, pass } = await openSocket(living('a'), living('secret'))
    harness.channelOptions = {
      reauthenticate: token => {
        throw new Error(token)
      },
    }
    await pass(54_000)
    const reported = harness.events.flatMap(event => (event.kind === 'handler-error' ? [event] : []))
    expect(reported).toMatchObject([{ type: 'reauthenticate', error: { code: 'configuration' } }])
    expect(inspect(reported, { depth: Infinity, showHidden: true })).not.toContain('secret')
    expect([harness.status, harness.connection.held.token]).toEqual(['open', 'a'])
  })

  test('that came to its end while the machine slept is looked at when it wakes, not when a late timer fires (A9)', async () => {
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

test('a life longer than the longest timer asks nothing before its time (A11)', async () => {
  vi.useFakeTimers()
  const LONG = 3 * 2 ** 31
  const renew = vi.fn(() => Promise.resolve({ token: 'b', forced: false }))
  const sent: unknown[] = []
  const { stop } = startRenewal(
    {
      clock: systemClock,
      holder: { held: { token: 'a', refreshAt: systemClock.elapsed() + LONG } },
      renew,
      send: data => sent.push(data) > 0,
      mayOpen: () => true,
      report: () => undefined,
    },
    () => token => token,
  )
  await vi.advanceTimersByTimeAsync(LONG - 1)
  expect(renew).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(sent).toEqual(['b'])
  stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('the clock of the tests sleeps as a machine does: no timer counts what it slept', () => {
  const clock = new FakeClock(0)
  const fired = vi.fn()
  clock.setTimeout(fired, 10)
  clock.sleep(100)
  clock.advance(9)
  expect(fired).not.toHaveBeenCalled()
  clock.advance(1)
  expect([fired.mock.calls.length, clock.now()]).toEqual([1, 110])
})
