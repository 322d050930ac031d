import { describe, expect, test } from 'vitest'
import { createTokenAuthority, type GetToken, type TokenRequest } from '../../src/core/tokenAuthority.ts'
import { FakeClock } from '../support/fakeClock.ts'

interface Asked extends TokenRequest {
  answer(token: string | null): void
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

  test('that is missing, or gives nothing, makes an anonymous user', async () => {
    const clock = new FakeClock()
    const none = createTokenAuthority(() => undefined, clock)
    expect(await none.grant()).toEqual({ token: null, forced: false })
    const nothing = createTokenAuthority(() => () => undefined as never, clock)
    expect(await nothing.grant()).toEqual({ token: null, forced: false })
  })

  test('is read when it is asked, so that the latest rendered one is asked', async () => {
    let getToken: GetToken = () => 'old'
    const authority = createTokenAuthority(() => getToken, new FakeClock())
    expect((await authority.grant()).token).toBe('old')
    getToken = () => 'new'
    expect((await authority.grant()).token).toBe('new')
  })

  test('that throws, at once or later, rejects for all who asked, and the next ask is a new call', async () => {
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

  test('that never answers is asked again after 10 s, and joined until then', async () => {
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

  test('of twenty connections at once is asked for once', async () => {
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

describe('dispose', () => {
  test('aborts what is asked', async () => {
    const { asked, authority } = setup()
    void authority.grant()
    await Promise.resolve()
    expect(asked[0]?.signal.aborted).toBe(false)
    authority.dispose()
    expect(asked[0]?.signal.aborted).toBe(true)
  })

  test('asks nothing any more', async () => {
    const { asked, authority } = setup()
    authority.dispose()
    await expect(authority.grant()).rejects.toThrow()
    await expect(authority.grant('a')).rejects.toThrow()
    expect(asked).toHaveLength(0)
  })
})
