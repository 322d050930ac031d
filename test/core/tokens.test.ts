import { describe, expect, test } from 'vitest'
import type { GetToken, IssuedToken, TokenRequest } from '../../src/core/tokens.ts'
import { manageTokens } from '../support/manageTokens.ts'
import { FakeClock } from '../support/fakeClock.ts'

interface Call extends TokenRequest {
  resolve(token: string | IssuedToken | null): void
  refuse(error: unknown): void
}

/** An tokens over a `getToken` that stays pending until the test settles it. */
function setup() {
  const clock = new FakeClock()
  const calls: Call[] = []
  const getToken: GetToken = request =>
    new Promise((resolve, refuse) => void calls.push({ ...request, resolve, refuse }))
  const tokens = manageTokens(() => getToken, clock)
  /** Waits for one call and resolves it. */
  async function settle(token: string) {
    await Promise.resolve()
    calls.at(-1)?.resolve(token)
  }
  return { clock, calls, tokens, settle }
}

describe('getToken', () => {
  test('is called at each attempt, for a connection', async () => {
    const { calls, tokens, settle } = setup()
    for (const token of ['a', 'b']) {
      const grant = tokens.getToken()
      await settle(token)
      expect(await grant).toEqual({ token, isRefreshed: false })
    }
    expect(calls.map(({ reason }) => reason)).toEqual(['connect', 'connect'])
  })

  test('that is missing, or returns nothing, means an anonymous user (A3)', async () => {
    const clock = new FakeClock()
    const none = manageTokens(() => undefined, clock)
    expect(await none.getToken()).toEqual({ token: null, isRefreshed: false })
    const nothing = manageTokens(() => () => undefined as never, clock)
    expect(await nothing.getToken()).toEqual({ token: null, isRefreshed: false })
    for (const none of ['', { token: '' }, { token: null }]) {
      const tokens = manageTokens(() => () => none, clock)
      expect(await tokens.getToken()).toEqual({ token: null, isRefreshed: false })
      // After a refusal it is refreshed like any other, so that the second refusal is the last.
      expect(await tokens.getToken(null)).toEqual({ token: null, isRefreshed: true })
    }
  })

  test('is read at each call, so that the latest rendered one is used', async () => {
    let getToken: GetToken = () => 'old'
    const tokens = manageTokens(() => getToken, new FakeClock())
    expect((await tokens.getToken()).token).toBe('old')
    getToken = () => 'new'
    expect((await tokens.getToken()).token).toBe('new')
  })

  test('that throws, at once or later, rejects for all callers, and the next request is a new call (A1)', async () => {
    const { calls, tokens, settle } = setup()
    const grants = [tokens.getToken(), tokens.getToken()]
    await Promise.resolve()
    calls[0]?.refuse(new Error('down'))
    for (const grant of grants) await expect(grant).rejects.toThrow('down')
    const again = tokens.getToken()
    await settle('a')
    expect(await again).toEqual({ token: 'a', isRefreshed: false })
    const throwing = manageTokens(
      () => () => {
        throw new Error('at once')
      },
      new FakeClock(),
    )
    await expect(throwing.getToken()).rejects.toThrow('at once')
  })

  test('that never settles is called again after 10 s, and shared until then (A4)', async () => {
    const { clock, calls, tokens } = setup()
    void tokens.getToken()
    clock.advance(9_999)
    void tokens.getToken()
    await Promise.resolve()
    expect(calls).toHaveLength(1)
    clock.advance(1)
    const second = tokens.getToken()
    await Promise.resolve()
    expect(calls).toHaveLength(2)
    calls[1]?.resolve('b')
    expect((await second).token).toBe('b')
  })
})

describe('a refused token', () => {
  async function granted(token: string) {
    const all = setup()
    const grant = all.tokens.getToken()
    await all.settle(token)
    await grant
    return all
  }

  test('forces one new token, with the reason', async () => {
    const { calls, tokens, settle } = await granted('a')
    const grant = tokens.getToken('a')
    await settle('b')
    expect(await grant).toEqual({ token: 'b', isRefreshed: true })
    expect(calls.at(-1)?.reason).toBe('refused')
  })

  test('of twenty connections at once causes one call (A5)', async () => {
    const { calls, tokens, settle } = await granted('a')
    const grants = Array.from({ length: 20 }, () => tokens.getToken('a'))
    await settle('b')
    for (const grant of grants) expect(await grant).toEqual({ token: 'b', isRefreshed: true })
    expect(calls).toHaveLength(2)
  })

  test('that is no longer the current one causes no call: the current one is used', async () => {
    const { calls, tokens } = await granted('b')
    expect(await tokens.getToken('a')).toEqual({ token: 'b', isRefreshed: false })
    expect(calls).toHaveLength(1)
  })

  test('of another page may be the current one as well: only one that was fetched later, for a refused one, is used without a call', async () => {
    const { calls, tokens, settle, clock } = await granted('b')
    clock.advance(1_000)
    const joinedAt = clock.elapsed()
    const connecting = tokens.getToken()
    await settle('c')
    await connecting
    const refreshed = tokens.replaceForeign(joinedAt)
    await settle('d')
    expect(await refreshed).toEqual({ token: 'd', isRefreshed: true })
    expect(calls.map(({ reason }) => reason)).toEqual(['connect', 'connect', 'refused'])
    expect(await tokens.replaceForeign(joinedAt)).toEqual({ token: 'd', isRefreshed: false })
    expect(calls).toHaveLength(3)
  })

  test('that is no longer the current one causes no call while another connection makes one, either', async () => {
    const { calls, tokens, settle } = await granted('b')
    const other = tokens.getToken()
    expect(await tokens.getToken('a')).toEqual({ token: 'b', isRefreshed: false })
    await settle('c')
    expect((await other).token).toBe('c')
    expect(calls).toHaveLength(2)
  })

  test('does not use the result of a call made before the refusal', async () => {
    const { calls, tokens } = await granted('a')
    const before = tokens.getToken()
    const refreshed = tokens.getToken('a')
    await Promise.resolve()
    expect(calls.map(({ reason }) => reason)).toEqual(['connect', 'connect', 'refused'])
    calls[2]?.resolve('c')
    calls[1]?.resolve('a')
    expect(await refreshed).toEqual({ token: 'c', isRefreshed: true })
    expect(await before).toEqual({ token: 'a', isRefreshed: false })
    // The late result of the earlier call is not the current token.
    expect(await tokens.getToken('a')).toEqual({ token: 'c', isRefreshed: false })
  })

  test('shares its call with connections that open meanwhile', async () => {
    const { calls, tokens, settle } = await granted('a')
    const grants = [tokens.getToken('a'), tokens.getToken()]
    await settle('b')
    expect((await Promise.all(grants)).map(({ token }) => token)).toEqual(['b', 'b'])
    expect(calls).toHaveLength(2)
  })

  test('of an anonymous user causes a call, too', async () => {
    const { calls, tokens, settle } = setup()
    const grant = tokens.getToken(null)
    await settle('a')
    expect(await grant).toEqual({ token: 'a', isRefreshed: true })
    expect(calls[0]?.reason).toBe('refused')
  })
})

describe('a token with a known lifetime', () => {
  const HOUR = 3_600_000
  const jwt = (claims: object, name = '') =>
    ['e30', Buffer.from(JSON.stringify({ ...claims, name })).toString('base64url'), 'signature'].join('.')

  /** An tokens over a `getToken` that returns these, one after another, and then keeps returning the last. */
  function over(...answers: (string | IssuedToken)[]) {
    const clock = new FakeClock()
    const reasons: string[] = []
    const tokens = manageTokens(
      () =>
        ({ reason }) => {
          const resolve = answers[Math.min(reasons.length, answers.length - 1)] ?? null
          reasons.push(reason)
          return resolve
        },
      clock,
    )
    const left = async (grant = tokens.getToken()) => ((await grant).refreshAt ?? Infinity) - clock.elapsed()
    return { clock, reasons, tokens, left }
  }

  test('is due when its time has passed, even if the wall clock is set', async () => {
    for (const ms of [-3_600_000, 3_600_000]) {
      const { clock, reasons, tokens } = over({ token: 'a', expiresIn: HOUR })
      await tokens.getToken()
      clock.setWallClock(ms)
      clock.advance(HOUR - 10_001)
      await tokens.getToken()
      clock.advance(HOUR - 10_000)
      await tokens.getToken()
      expect(reasons).toEqual(['connect', 'connect', 'expiring'])
    }
  })

  test('is due 10 s before it expires, or a tenth of its lifetime before if that is less (A8)', async () => {
    expect(await over({ token: 'a', expiresIn: HOUR }).left()).toBe(HOUR - 10_000)
    expect(await over({ token: 'a', expiresIn: 60_000 }).left()).toBe(54_000)
    expect(await over({ token: 'a', expiresIn: 100_000 }).left()).toBe(90_000)
  })

  test('can be a JWT, by the time from iat to exp, however wrong the clock is (A10)', async () => {
    for (const iat of [0, 1_700_000_000 - 3_600, 1_700_000_000, 1_700_000_000 + 3_600]) {
      expect(await over(jwt({ iat, exp: iat + 600 })).left()).toBe(590_000)
    }
  })

  test('can be a JWT that is returned again, counted from when it first arrived (A10)', async () => {
    const { clock, left } = over(jwt({ iat: 0, exp: 600 }))
    expect(await left()).toBe(590_000)
    clock.advance(500_000)
    expect(await left()).toBe(90_000)
  })

  test('can be one whose lifetime the application gives instead of the JWT, counted again each time', async () => {
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
    ['a JWT with claims that are strings', jwt({ iat: '0', exp: '600' })],
    ['nobody’s', { token: null, expiresIn: HOUR }],
    ['empty', { token: '', expiresIn: HOUR }],
    ['given a lifetime of 0', { token: 'a', expiresIn: 0 }],
    ['given a lifetime that is not a number', { token: 'a', expiresIn: NaN }],
  ])('is not one that is %s', async (_what, resolve) => {
    expect(await over(resolve).left()).toBe(Infinity)
  })

  test('is not handed out once it is due: the next attempt fetches a fresh one, with the reason (A9)', async () => {
    const { clock, reasons, tokens } = over(
      { token: 'a', expiresIn: HOUR },
      { token: 'b', expiresIn: HOUR },
      'c',
    )
    await tokens.getToken()
    clock.advance(HOUR - 10_001)
    expect(await tokens.getToken('other')).toMatchObject({ token: 'a' })
    clock.advance(1)
    expect(await tokens.getToken()).toMatchObject({ token: 'b' })
    clock.sleep(2 * HOUR)
    expect(await tokens.getToken('a')).toMatchObject({ token: 'c' })
    expect(reasons).toEqual(['connect', 'expiring', 'refused'])
  })

  test('is requested with its reason reported, and nothing is reported without a request', async () => {
    const { clock, reasons, tokens } = over({ token: 'a', expiresIn: HOUR }, 'b', 'c')
    const reported: string[] = []
    const grant = (...[former, reason]: Parameters<typeof tokens.getToken>) =>
      tokens.getToken(former, reason, why => reported.push(why))
    await grant()
    await grant('former')
    clock.advance(HOUR)
    await grant()
    await grant('b', 'refused')
    expect(reported).toEqual(['connect', 'expiring', 'refused'])
    expect(reported).toEqual(reasons)
  })

  test('of twenty sockets at once causes one call, and forces nothing (A8)', async () => {
    const { reasons, tokens } = over('a', 'b', 'c')
    await tokens.getToken()
    const grants = Array.from({ length: 20 }, () => tokens.getToken('a', 'expiring'))
    for (const grant of grants) expect(await grant).toEqual({ token: 'b', isRefreshed: false })
    // A socket whose timer was late.
    expect(await tokens.getToken('a', 'expiring')).toEqual({ token: 'b', isRefreshed: false })
    expect(reasons).toEqual(['connect', 'expiring'])
  })

  test('is not renewed by the call of an attempt, and a refusal does not use the result of a renewal', async () => {
    const { calls, tokens } = setup()
    void tokens.getToken()
    void tokens.getToken('a', 'expiring')
    void tokens.getToken('a')
    await Promise.resolve()
    expect(calls.map(({ reason }) => reason)).toEqual(['connect', 'expiring', 'refused'])
    const joined = [tokens.getToken(), tokens.getToken('a', 'expiring')]
    await Promise.resolve()
    calls[2]?.resolve('b')
    expect((await Promise.all(joined)).map(({ token }) => token)).toEqual(['b', 'b'])
    expect(calls).toHaveLength(3)
  })
})

describe('dispose', () => {
  test('aborts pending calls', async () => {
    const { calls, tokens } = setup()
    void tokens.getToken()
    await Promise.resolve()
    expect(calls[0]?.signal.aborted).toBe(false)
    tokens.dispose()
    expect(calls[0]?.signal.aborted).toBe(true)
  })

  test('discards a result that arrives late (A7)', async () => {
    const { calls, tokens } = setup()
    const grants = [tokens.getToken(), tokens.getToken('a'), tokens.getToken('a', 'expiring')]
    await Promise.resolve()
    tokens.dispose()
    for (const { resolve } of calls) resolve('token of the former user')
    for (const grant of grants) await expect(grant).rejects.toThrow()
  })

  test('makes no more calls (A7)', async () => {
    const { calls, tokens } = setup()
    tokens.dispose()
    await expect(tokens.getToken()).rejects.toThrow()
    await expect(tokens.getToken('a')).rejects.toThrow()
    expect(calls).toHaveLength(0)
  })
})
