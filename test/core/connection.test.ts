import { describe, expect, test } from 'vitest'
import { UnauthorizedError } from '../../src/core/errors.ts'
import type { Failure } from '../../src/core/failure.ts'
import type { GetToken } from '../../src/core/tokens.ts'
import { manageTokens } from '../support/manageTokens.ts'
import { ConnectionHarness, settle } from '../support/connectionHarness.ts'
import type { FakeClock } from '../support/fakeClock.ts'

const statuses = ({ events }: ConnectionHarness) =>
  events.flatMap(event => (event.kind === 'status' ? [event.status] : []))

describe('a connection', () => {
  test('does nothing before it is started', () => {
    const harness = new ConnectionHarness()
    expect([harness.status, harness.clock.pending, harness.environment.hints.size]).toEqual(['idle', 0, 0])
  })

  test('passes through each status once', async () => {
    const harness = await new ConnectionHarness().open()
    await harness.failAndReopen()
    harness.connection.close()
    harness.connection.dispose()
    expect(statuses(harness)).toEqual(['connecting', 'open', 'reconnecting', 'open', 'closed', 'idle'])
  })

  test('that is started again continues', async () => {
    const harness = await new ConnectionHarness().open()
    harness.connection.start()
    await settle()
    expect(harness.transport.attempts).toHaveLength(1)
  })

  test('returns the same snapshot until something in it changes; a message changes nothing', async () => {
    const harness = await new ConnectionHarness().open()
    const before = harness.connection.snapshot
    let changes = 0
    harness.connection.subscribe(() => changes++)
    for (let count = 0; count < 100; count++) harness.receive({ type: 'a', response: count })
    expect(harness.connection.snapshot).toBe(before)
    expect([changes, harness.messages.length, harness.connection.reader.counters.received]).toEqual([
      0, 100, 100,
    ])
  })

  test('shows when the next attempt starts, and reports the retry with its error', async () => {
    const harness = await new ConnectionHarness().open()
    harness.transport.last.sink.onFailure({ kind: 'close', code: 1012, opened: true })
    const snapshot = harness.connection.snapshot
    expect(snapshot).toMatchObject({ status: 'reconnecting', retryCount: 1, error: { status: 1012 } })
    expect(snapshot.nextRetryAt).toBe(harness.clock.now() + 250)
    expect(harness.events).toContainEqual({ kind: 'retry', retryCount: 1, delay: 250, error: snapshot.error })
    harness.clock.advance(250)
    expect(harness.connection.snapshot.nextRetryAt).toBeNull()
  })

  test.each([
    ['listeners take longer than the wait', (clock: FakeClock) => clock.sleep(400)],
    ['the wall clock is set meanwhile', (clock: FakeClock) => clock.setWallClock(400)],
  ])('reports the planned delay of a retry, even if %s', async (_what, disturb) => {
    const harness = await new ConnectionHarness().open()
    harness.connection.subscribe(() => disturb(harness.clock))
    harness.transport.last.sink.onFailure({ kind: 'network' })
    expect(harness.events).toContainEqual(expect.objectContaining({ kind: 'retry', delay: 250 }))
  })

  test('that is accepted and closed at once, every time, backs off up to the cap (W9)', async () => {
    const harness = await new ConnectionHarness().open()
    const delays: number[] = []
    for (let count = 0; count < 60; count++) {
      harness.transport.last.sink.onFailure({ kind: 'close', code: 1000, opened: true })
      const { nextRetryAt } = harness.connection.snapshot
      delays.push((nextRetryAt ?? 0) - harness.clock.now())
      harness.clock.advance(delays.at(-1) ?? 0)
      await settle()
      harness.transport.last.sink.onOpen({ resumed: false })
    }
    expect(delays[0]).toBe(250)
    expect(delays).toEqual([...delays].sort((a, b) => a - b))
    expect(delays.at(-1)).toBe(10_000)
  })

  test('retries at the planned time if the wall clock is set back meanwhile, and shows the wall time', async () => {
    const harness = await new ConnectionHarness().open()
    harness.transport.last.sink.onFailure({ kind: 'network' })
    const { nextRetryAt } = harness.connection.snapshot
    expect(nextRetryAt).toBe(harness.clock.now() + 250)
    const before = harness.transport.attempts.length
    harness.clock.setWallClock(-3_600_000)
    harness.environment.hints.emit('online')
    harness.clock.advance(250)
    await settle()
    expect(harness.transport.attempts.length).toBe(before + 1)
  })

  test("waits exactly as long as the server's floor, even if the wall clock is set meanwhile", async () => {
    const harness = await new ConnectionHarness().open()
    const { clock, transport, environment } = harness
    transport.last.sink.onFailure({ kind: 'status', status: 503, retryAfter: 60_000 })
    const count = transport.attempts.length
    for (const ms of [3_600_000, -7_200_000]) {
      clock.setWallClock(ms)
      clock.advance(20_000)
      environment.hints.emit('online')
      await settle()
    }
    expect(transport.attempts.length).toBe(count)
    clock.advance(50_000)
    await settle()
    expect(transport.attempts.length).toBe(count + 1)
  })

  test('gives up an attempt that does not open within connectTimeout', async () => {
    const harness = new ConnectionHarness()
    harness.connection.start()
    await settle()
    harness.clock.advance(10_000)
    expect(harness.transport.running).toHaveLength(0)
    harness.clock.advance(500)
    await settle()
    expect(harness.transport.running).toHaveLength(1)
  })
})

describe('an attempt that has ended', () => {
  test('changes nothing', async () => {
    const harness = await new ConnectionHarness({
      heartbeat: { interval: 1_000, timeout: 500, message: { type: 'ping' } },
    }).open()
    const { sink } = harness.transport.last
    await harness.failAndReopen()
    harness.receive({ type: 'a', response: 1 })
    const before = [harness.connection.snapshot, harness.messages.length, harness.clock.pending]
    const eventCount = harness.events.length
    sink.onOpen({ resumed: false })
    sink.onActivity()
    sink.onOversized()
    sink.onRetryFloor(60_000)
    expect(sink.onMessage('{"type":"late","response":1}', {})).toBe(false)
    sink.onFailure({ kind: 'network' })
    expect([harness.connection.snapshot, harness.messages.length, harness.clock.pending]).toEqual(before)
    expect([harness.events.length, harness.connection.retryFloor]).toEqual([eventCount, 0])
  })

  test('arms no timer, even if a heartbeat was pending', async () => {
    const harness = await new ConnectionHarness({
      heartbeat: { interval: 1_000, timeout: 500, message: { type: 'ping' } },
    }).open()
    const { sink } = harness.transport.last
    harness.clock.advance(1_000)
    harness.connection.dispose()
    sink.onActivity()
    sink.onMessage('{}', {})
    expect(harness.clock.pending).toBe(0)
  })

  test('does not affect the next attempt if its event was queued behind a reconnect', async () => {
    const harness = new ConnectionHarness()
    const end = harness.connection.subscribe(() => {
      if (harness.status !== 'open') return
      end()
      harness.connection.reconnect()
      harness.transport.last.sink.onFailure({ kind: 'silence' })
    })
    await harness.open()
    await settle()
    expect(harness.transport.attempts).toHaveLength(2)
    expect(harness.connection.snapshot).toMatchObject({ retryCount: 0, error: null })
  })
})

describe('dispose', () => {
  test('while the token is requested opens nothing, whatever arrives later (C3)', async () => {
    const harness = new ConnectionHarness()
    let answer: (value: { token: string; tokenUse: 'given' }) => void = () => undefined
    harness.prepare = () => new Promise(resolve => (answer = resolve))
    harness.connection.start()
    harness.connection.dispose()
    answer({ token: 't', tokenUse: 'given' })
    await settle()
    expect([harness.transport.attempts.length, harness.clock.pending]).toEqual([0, 0])
  })

  test('during the back-off clears its timer (C4)', async () => {
    const harness = await new ConnectionHarness().open()
    harness.transport.last.sink.onFailure({ kind: 'network' })
    harness.connection.dispose()
    harness.clock.advance(100_000)
    await settle()
    expect([harness.transport.attempts.length, harness.clock.pending]).toEqual([1, 0])
  })

  test('in a listener is the last transition (C5)', async () => {
    for (const end of ['open', 'reconnecting'] as const) {
      const harness = new ConnectionHarness()
      harness.connection.subscribe(() => {
        if (harness.status === end) harness.connection.dispose()
      })
      await harness.open()
      harness.transport.last.sink.onFailure({ kind: 'network' })
      expect(statuses(harness).at(-1)).toBe('idle')
      expect([harness.clock.pending, harness.transport.running.length]).toEqual([0, 0])
    }
  })

  test('in a listener takes effect before events that are queued', async () => {
    const harness = await new ConnectionHarness().open()
    const end = harness.connection.subscribe(() => {
      end()
      harness.connection.reconnect()
      harness.connection.dispose()
    })
    harness.transport.last.sink.onFailure({ kind: 'network' })
    await settle()
    expect(statuses(harness)).toEqual(['connecting', 'open', 'reconnecting', 'idle'])
    expect(harness.refused).toHaveLength(1)
  })

  test('leaves no timer, no listener and no attempt', async () => {
    const harness = await new ConnectionHarness({
      heartbeat: { interval: 1_000, timeout: 500, message: { type: 'ping' } },
    }).open()
    await harness.failAndReopen()
    const request = harness.outbox.request({ type: 'a' })
    expect(harness.clock.pending).toBeGreaterThan(2)
    harness.connection.dispose()
    await expect(request).rejects.toMatchObject({ code: 'connection-lost' })
    expect([harness.clock.pending, harness.environment.hints.size]).toEqual([0, 0])
    expect(harness.transport.running).toEqual([])
  })
})

describe('calling', () => {
  test('close ends the attempt at once, and nothing retries until reconnect', async () => {
    const harness = await new ConnectionHarness().open()
    harness.connection.close()
    expect([harness.transport.running.length, harness.clock.pending]).toEqual([0, 0])
    harness.hint('visible')
    harness.connection.start()
    await settle()
    expect([harness.status, harness.transport.attempts.length]).toEqual(['closed', 1])
    harness.connection.reconnect()
    await harness.open()
    expect(harness.status).toBe('open')
  })

  test('reconnect revives a failed connection, and starts a new attempt of an open one', async () => {
    const harness = await new ConnectionHarness().open()
    harness.transport.last.sink.onFailure({ kind: 'close', code: 4403, opened: true })
    expect(harness.connection.snapshot).toMatchObject({ status: 'failed', error: { status: 4403 } })
    harness.connection.reconnect()
    await harness.open()
    harness.connection.reconnect()
    await harness.open()
    expect([harness.status, harness.transport.attempts.length]).toEqual(['open', 3])
    expect(harness.transport.running).toHaveLength(1)
  })

  test('reconnect many times in a row leaves one attempt and one timer, which belongs to the last attempt', async () => {
    const harness = new ConnectionHarness()
    harness.connection.start()
    for (let count = 0; count < 10; count++) {
      harness.clock.advance(1_000)
      harness.connection.reconnect()
    }
    expect(harness.clock.pending).toBe(1)
    await settle()
    expect(harness.transport.attempts).toHaveLength(1)
    harness.clock.advance(9_999)
    expect(harness.transport.running).toHaveLength(1)
  })
})

describe('a token', () => {
  test('that was refused is passed on when the next one is requested; a second refusal ends the connection (A6)', async () => {
    const harness = await new ConnectionHarness().open()
    harness.prepare = () => Promise.resolve({ token: 'u', tokenUse: 'refreshed' })
    await harness.failAndReopen({ kind: 'close', code: 4401, opened: true })
    expect(harness.refused).toEqual([undefined, 't'])
    harness.clock.advance(1_000)
    harness.transport.last.sink.onFailure({ kind: 'close', code: 4401, opened: true })
    expect(harness.connection.snapshot.error).toBeInstanceOf(UnauthorizedError)
    expect([harness.status, harness.clock.pending]).toEqual(['failed', 0])
  })

  test('that fails to load is retried; if the user is not signed in, it is not, and no request is sent (A1, A2)', async () => {
    const harness = new ConnectionHarness()
    const failWith = (cause: Error) => () => Promise.reject(cause)
    harness.prepare = failWith(new Error('down'))
    harness.connection.start()
    await settle()
    expect([harness.status, harness.clock.pending]).toEqual(['connecting', 1])
    harness.prepare = failWith(new UnauthorizedError())
    harness.clock.advance(250)
    await settle()
    expect([harness.status, harness.transport.attempts.length]).toEqual(['failed', 0])
  })

  test('that was refused is not sent again, even if getToken has failed in between', async () => {
    const harness = new ConnectionHarness()
    await harness.open()
    harness.prepare = () => Promise.reject(new Error('down'))
    harness.transport.last.sink.onFailure({ kind: 'close', code: 4401, opened: true })
    harness.clock.advance(250)
    await settle()
    const isFresh = (refused: unknown) => refused === 't'
    harness.prepare = refused =>
      Promise.resolve(
        isFresh(refused) ? { token: 'u', tokenUse: 'refreshed' } : { token: 't', tokenUse: 'given' },
      )
    harness.clock.advance(10_000)
    await settle()
    expect(harness.refused).toEqual([undefined, 't', undefined, 't'])
    expect([harness.transport.attempts.length, harness.connection.currentToken.token]).toEqual([2, 'u'])
  })

  test('that never arrives is an attempt that timed out, and is requested again (A4)', async () => {
    const harness = new ConnectionHarness()
    let answer = (): Promise<string> => new Promise(() => undefined)
    const tokens = manageTokens(() => () => answer(), harness.clock)
    harness.prepare = async () => ({ ...(await tokens.getToken()), tokenUse: 'given' })
    harness.connection.start()
    await settle()
    harness.clock.advance(10_000)
    expect(harness.connection.snapshot).toMatchObject({
      retryCount: 1,
      error: { failureKind: 'timeout' },
    })
    answer = () => Promise.resolve('late')
    harness.clock.advance(250)
    await settle()
    expect([harness.transport.attempts.length, harness.connection.currentToken.token]).toEqual([1, 'late'])
  })

  test('that expired while the machine slept is not used: the first attempt after it fetches a fresh one (A9)', async () => {
    const harness = new ConnectionHarness()
    const reasons: string[] = []
    const getToken: GetToken = ({ reason }) => {
      reasons.push(reason)
      return { token: `token ${reasons.length}`, expiresIn: 3_600_000 }
    }
    const tokens = manageTokens(() => getToken, harness.clock)
    harness.prepare = async refused => ({ ...(await tokens.getToken(refused)), tokenUse: 'given' })
    await harness.open()
    harness.clock.sleep(7_200_000)
    harness.hint('wake')
    await harness.failAndReopen({ kind: 'network' })
    expect(reasons).toEqual(['connect', 'expiring'])
    expect(harness.connection.currentToken.token).toBe('token 2')
  })
})

describe('reconnect.decide', () => {
  test('overrides the failure table, and undefined leaves the decision to the table', async () => {
    const seen: Failure[] = []
    const harness = await new ConnectionHarness({
      decide: failure => (seen.push(failure), failure.kind === 'ended' ? 'stop' : undefined),
    }).open()
    await harness.failAndReopen({ kind: 'network' })
    expect(harness.status).toBe('open')
    harness.transport.last.sink.onFailure({ kind: 'ended' })
    expect(harness.status).toBe('failed')
    expect(seen).toEqual([{ kind: 'network' }, { kind: 'ended' }])
  })

  test('that throws is reported, and the table decides', async () => {
    const error = new Error('mine')
    const harness = await new ConnectionHarness({
      decide: () => {
        throw error
      },
    }).open()
    expect(() => harness.transport.last.sink.onFailure({ kind: 'network' })).not.toThrow()
    expect(harness.status).toBe('reconnecting')
    expect(harness.events).toContainEqual({ kind: 'handler-error', type: 'reconnect.decide', error })
  })
})

test('the wait that the server requested is a floor for this and every later retry, with jitter on top', async () => {
  const harness = await new ConnectionHarness().open()
  harness.transport.last.sink.onRetryFloor(3_000)
  for (let count = 0; count < 2; count++) {
    harness.transport.last.sink.onFailure({ kind: 'ended' })
    harness.hint('visible')
    harness.clock.advance(4_499)
    await settle()
    expect(harness.transport.running).toHaveLength(0)
    harness.clock.advance(1)
    await settle()
    harness.transport.last.sink.onOpen({ resumed: true })
  }
})
