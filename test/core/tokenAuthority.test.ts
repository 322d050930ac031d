import { describe, expect, test } from 'vitest'
import {
  createTokenAuthority,
  type GetToken,
  type IssuedToken,
  type TokenRequest,
} from '../../src/core/tokenAuthority.ts'
import { FakeClock } from '../support/fakeClock.ts'

interface Asked extends TokenRequest {
  answer(token: string | IssuedToken | null): void
  refuse(error: unknown): void
}

/** An authority over a `getToken` that waits to be answered. */
function setup() {
  const clock = new FakeClock()
  const asked: Asked[] = []
  const getToken: GetToken = request =>
    new Promise((answer, refuse) => void asked.push({ ...request, answer, refuse }))
  const authority = createTokenAuthority(() => getToken, clock)
  /** Lets one question be asked and answered. */
  async function settle(token: string) {
    await Promise.resolve()
    asked.at(-1)?.answer(token)
  }
  return { clock, asked, authority, settle }
}

describe('getToken', () => {
  test('is asked at each attempt, for a connection', async () => {
    const { asked, authority, settle } = setup()
    for (const token of ['a', 'b']) {
      const grant = authority.grant()
      await settle(token)
      expect(await grant).toEqual({ token, forced: false })
    }
    expect(asked.map(({ reason }) => reason)).toEqual(['connect', 'connect'])
  })

  test('that is missing, or gives nothing, makes an anonymous user (A3)', async () => {
    const clock = new FakeClock()
    const none = createTokenAuthority(() => undefined, clock)
    expect(await none.grant()).toEqual({ token: null, forced: false })
    const nothing = createTokenAuthority(() => () => undefined as never, clock)
    expect(await nothing.grant()).toEqual({ token: null, forced: false })
    for (const none of ['', { token: '' }, { token: null }]) {
      const authority = createTokenAuthority(() => () => none, clock)
      expect(await authority.grant()).toEqual({ token: null, forced: false })
      // Refused, it is asked for by force as any other, so that the second refusal is the last.
      expect(await authority.grant(null)).toEqual({ token: null, forced: true })
    }
  })

  test('is read when it is asked, so that the latest rendered one is asked', async () => {
    let getToken: GetToken = () => 'old'
    const authority = createTokenAuthority(() => getToken, new FakeClock())
    expect((await authority.grant()).token).toBe('old')
    getToken = () => 'new'
    expect((await authority.grant()).token).toBe('new')
  })

  test('that throws, at once or later, rejects for all who asked, and the next ask is a new call (A1)', async () => {
    const { asked, authority, settle } = setup()
    const grants = [authority.grant(), authority.grant()]
    await Promise.resolve()
    asked[0]?.refuse(new Error('down'))
    for (const grant of grants) await expect(grant).rejects.toThrow('down')
    const again = authority.grant()
    await settle('a')
    expect(await again).toEqual({ token: 'a', forced: false })
    const throwing = createTokenAuthority(
      () => () => {
        throw new Error('at once')
      },
      new FakeClock(),
    )
    await expect(throwing.grant()).rejects.toThrow('at once')
  })

  test('that never answers is asked again after 10 s, and joined until then (A4)', async () => {
    const { clock, asked, authority } = setup()
    void authority.grant()
    clock.advance(9_999)
    void authority.grant()
    await Promise.resolve()
    expect(asked).toHaveLength(1)
    clock.advance(1)
    const second = authority.grant()
    await Promise.resolve()
    expect(asked).toHaveLength(2)
    asked[1]?.answer('b')
    expect((await second).token).toBe('b')
  })
})

describe('a refused token', () => {
  async function granted(token: string) {
    const all = setup()
    const grant = all.authority.grant()
    await all.settle(token)
    await grant
    return all
  }

  test('forces one new one, with the reason', async () => {
    const { asked, authority, settle } = await granted('a')
    const grant = authority.grant('a')
    await settle('b')
    expect(await grant).toEqual({ token: 'b', forced: true })
    expect(asked.at(-1)?.reason).toBe('refused')
  })

  test('of twenty connections at once is asked for once (A5)', async () => {
    const { asked, authority, settle } = await granted('a')
    const grants = Array.from({ length: 20 }, () => authority.grant('a'))
    await settle('b')
    for (const grant of grants) expect(await grant).toEqual({ token: 'b', forced: true })
    expect(asked).toHaveLength(2)
  })

  test('that is not the current one any more asks nothing: the current one is used', async () => {
    const { asked, authority } = await granted('b')
    expect(await authority.grant('a')).toEqual({ token: 'b', forced: false })
    expect(asked).toHaveLength(1)
  })

  test('that is not the current one asks nothing either while another connection asks', async () => {
    const { asked, authority, settle } = await granted('b')
    const other = authority.grant()
    expect(await authority.grant('a')).toEqual({ token: 'b', forced: false })
    await settle('c')
    expect((await other).token).toBe('c')
    expect(asked).toHaveLength(2)
  })

  test('is not answered by a question that was asked before the refusal', async () => {
    const { asked, authority } = await granted('a')
    const before = authority.grant()
    const forced = authority.grant('a')
    await Promise.resolve()
    expect(asked.map(({ reason }) => reason)).toEqual(['connect', 'connect', 'refused'])
    asked[2]?.answer('c')
    asked[1]?.answer('a')
    expect(await forced).toEqual({ token: 'c', forced: true })
    expect(await before).toEqual({ token: 'a', forced: false })
    // The late answer to the earlier question is not the current token.
    expect(await authority.grant('a')).toEqual({ token: 'c', forced: false })
  })

  test('is joined by whoever connects meanwhile', async () => {
    const { asked, authority, settle } = await granted('a')
    const grants = [authority.grant('a'), authority.grant()]
    await settle('b')
    expect((await Promise.all(grants)).map(({ token }) => token)).toEqual(['b', 'b'])
    expect(asked).toHaveLength(2)
  })

  test('of an anonymous user asks, too', async () => {
    const { asked, authority, settle } = setup()
    const grant = authority.grant(null)
    await settle('a')
    expect(await grant).toEqual({ token: 'a', forced: true })
    expect(asked[0]?.reason).toBe('refused')
  })
})

describe('a token whose life is known', () => {
  const HOUR = 3_600_000
  const jwt = (claims: object, name = '') =>
    ['e30', Buffer.from(JSON.stringify({ ...claims, name })).toString('base64url'), 'signature'].join('.')

  /** An authority over a `getToken` that gives these, one after another, and the last one again and again. */
  function over(...answers: (string | IssuedToken)[]) {
    const clock = new FakeClock()
    const reasons: string[] = []
    const authority = createTokenAuthority(
      () =>
        ({ reason }) => {
          const answer = answers[Math.min(reasons.length, answers.length - 1)] ?? null
          reasons.push(reason)
          return answer
        },
      clock,
    )
    const left = async (grant = authority.grant()) => ((await grant).refreshAt ?? Infinity) - clock.elapsed()
    return { clock, reasons, authority, left }
  }

  test('is due when its time has passed, however the wall clock is set', async () => {
    for (const ms of [-3_600_000, 3_600_000]) {
      const { clock, reasons, authority } = over({ token: 'a', expiresIn: HOUR })
      await authority.grant()
      clock.setWallClock(ms)
      clock.advance(HOUR - 10_001)
      await authority.grant()
      clock.advance(HOUR - 10_000)
      await authority.grant()
      expect(reasons).toEqual(['connect', 'connect', 'expiring'])
    }
  })

  test('is due 10 s before its end, or a tenth of its life before it if that is less (A8)', async () => {
    expect(await over({ token: 'a', expiresIn: HOUR }).left()).toBe(HOUR - 10_000)
    expect(await over({ token: 'a', expiresIn: 60_000 }).left()).toBe(54_000)
    expect(await over({ token: 'a', expiresIn: 100_000 }).left()).toBe(90_000)
  })

  test('is a JWT, by the time from iat to exp, however wrong the clock is (A10)', async () => {
    for (const iat of [0, 1_700_000_000 - 3_600, 1_700_000_000, 1_700_000_000 + 3_600]) {
      expect(await over(jwt({ iat, exp: iat + 600 })).left()).toBe(590_000)
    }
  })

  test('is a JWT that is given again, counted from when it first came in (A10)', async () => {
    const { clock, left } = over(jwt({ iat: 0, exp: 600 }))
    expect(await left()).toBe(590_000)
    clock.advance(500_000)
    expect(await left()).toBe(90_000)
  })

  test('is one that the application says it of, rather than the JWT itself, each time anew', async () => {
    const { left } = over(
      { token: jwt({ iat: 0, exp: 600 }), expiresIn: 60_000 },
      { token: jwt({ iat: 0, exp: 600 }), expiresIn: 30_000 },
    )
    expect(await left()).toBe(54_000)
    expect(await left()).toBe(27_000)
  })

  test.each<[string, string | IssuedToken]>([
    ['opaque', 'a.b.c'],
    ['a JWT without iat', jwt({ exp: 600 })],
    ['a JWT without exp', jwt({ iat: 600 })],
    ['a JWT that ended before it began', jwt({ iat: 600, exp: 500 })],
    ['a JWT with claims that are texts', jwt({ iat: '0', exp: '600' })],
    ['nobody’s', { token: null, expiresIn: HOUR }],
    ['empty', { token: '', expiresIn: HOUR }],
    ['said to live for no time', { token: 'a', expiresIn: 0 }],
    ['said to live for no number', { token: 'a', expiresIn: NaN }],
  ])('is none that is %s', async (_what, answer) => {
    expect(await over(answer).left()).toBe(Infinity)
  })

  test('is not given to anybody from when it is due: the next attempt asks for a fresh one, with the reason (A9)', async () => {
    const { clock, reasons, authority } = over(
      { token: 'a', expiresIn: HOUR },
      { token: 'b', expiresIn: HOUR },
      'c',
    )
    await authority.grant()
    clock.advance(HOUR - 10_001)
    expect(await authority.grant('other')).toMatchObject({ token: 'a' })
    clock.advance(1)
    expect(await authority.grant()).toMatchObject({ token: 'b' })
    clock.sleep(2 * HOUR)
    expect(await authority.grant('a')).toMatchObject({ token: 'c' })
    expect(reasons).toEqual(['connect', 'expiring', 'refused'])
  })

  test('is asked for with its reason told to who wants to know, and nothing told where nothing is asked', async () => {
    const { clock, reasons, authority } = over({ token: 'a', expiresIn: HOUR }, 'b', 'c')
    const told: string[] = []
    const grant = (...[former, reason]: Parameters<typeof authority.grant>) =>
      authority.grant(former, reason, asked => told.push(asked))
    await grant()
    await grant('former')
    clock.advance(HOUR)
    await grant()
    await grant('b', 'refused')
    expect(told).toEqual(['connect', 'expiring', 'refused'])
    expect(told).toEqual(reasons)
  })

  test('of twenty sockets at once is asked for once, and forces nothing (A8)', async () => {
    const { reasons, authority } = over('a', 'b', 'c')
    await authority.grant()
    const grants = Array.from({ length: 20 }, () => authority.grant('a', 'expiring'))
    for (const grant of grants) expect(await grant).toEqual({ token: 'b', forced: false })
    // One whose timer was late.
    expect(await authority.grant('a', 'expiring')).toEqual({ token: 'b', forced: false })
    expect(reasons).toEqual(['connect', 'expiring'])
  })

  test('is not asked for by a question that an attempt asks, and a refusal is not answered by it', async () => {
    const { asked, authority } = setup()
    void authority.grant()
    void authority.grant('a', 'expiring')
    void authority.grant('a')
    await Promise.resolve()
    expect(asked.map(({ reason }) => reason)).toEqual(['connect', 'expiring', 'refused'])
    const joined = [authority.grant(), authority.grant('a', 'expiring')]
    await Promise.resolve()
    asked[2]?.answer('b')
    expect((await Promise.all(joined)).map(({ token }) => token)).toEqual(['b', 'b'])
    expect(asked).toHaveLength(3)
  })
})

describe('dispose', () => {
  test('aborts what is asked', async () => {
    const { asked, authority } = setup()
    void authority.grant()
    await Promise.resolve()
    expect(asked[0]?.signal.aborted).toBe(false)
    authority.dispose()
    expect(asked[0]?.signal.aborted).toBe(true)
  })

  test('throws away the answer that comes late (A7)', async () => {
    const { asked, authority } = setup()
    const grants = [authority.grant(), authority.grant('a'), authority.grant('a', 'expiring')]
    await Promise.resolve()
    authority.dispose()
    for (const { answer } of asked) answer('token of the former user')
    for (const grant of grants) await expect(grant).rejects.toThrow()
  })

  test('asks nothing any more (A7)', async () => {
    const { asked, authority } = setup()
    authority.dispose()
    await expect(authority.grant()).rejects.toThrow()
    await expect(authority.grant('a')).rejects.toThrow()
    expect(asked).toHaveLength(0)
  })
})
