import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Failure } from '../../src/core/failure.ts'
import { ConnectionHarness, settle } from '../support/connectionHarness.ts'

const STABLE_AFTER = 5_000

/** One attempt: what happens during it, after how many ms, and how it ends. */
interface Life {
  steps: { after: number; do: 'open' | 'message' | 'alive' }[]
  end: Failure
}

const anyEnd = fc.constantFrom<Failure>(
  { kind: 'network' },
  { kind: 'ended' },
  { kind: 'close', code: 1006, opened: true },
  { kind: 'close', code: 1000, opened: true },
  { kind: 'close', code: 1012, opened: true },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 409 },
)

/** Any course of an attempt that is open for less than `stableAfter`. */
const anyLife: fc.Arbitrary<Life> = fc.record({
  steps: fc.array(
    fc.record({
      after: fc.nat(900),
      do: fc.constantFrom<'open' | 'message' | 'alive'>('open', 'message', 'alive'),
    }),
    { maxLength: 5 },
  ),
  end: anyEnd,
})

const FAILS_AT_ONCE: Life = { steps: [], end: { kind: 'network' } }

/** Runs attempts, one after another. Returns the wait after each (ms). */
async function waitsOf(lives: readonly Life[]): Promise<number[]> {
  const harness = new ConnectionHarness()
  harness.connection.start()
  await settle()
  const waits: number[] = []
  for (const { steps, end } of lives) {
    const { sink } = harness.transport.last
    for (const step of steps) {
      harness.clock.advance(step.after)
      if (step.do === 'open') sink.onOpen({ resumed: false })
      if (step.do === 'message') sink.onMessage('{"type":"greeting","response":1}', {})
      if (step.do === 'alive') sink.onActivity()
    }
    sink.onFailure(end)
    const { nextRetryAt } = harness.connection.snapshot
    const wait = (nextRetryAt ?? NaN) - harness.clock.now()
    waits.push(wait)
    harness.clock.advance(wait)
    await settle()
  }
  harness.connection.dispose()
  return waits
}

test('no sequence of open, message and close within stableAfter makes attempts more frequent than the back-off alone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyLife, { minLength: 1, maxLength: 12 }), async lives => {
      const waits = await waitsOf(lives)
      const alone = await waitsOf(lives.map(() => FAILS_AT_ONCE))
      for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(alone[index] ?? NaN)
    }),
    { numRuns: 200 },
  )
})

describe('since only stableAfter without a drop proves a connection good,', () => {
  const greetAndDrop: Life = {
    steps: [
      { after: 10, do: 'open' },
      { after: 10, do: 'message' },
    ],
    end: { kind: 'close', code: 1006, opened: true },
  }

  test('a server that greets and then drops gets growing delays', async () => {
    expect(await waitsOf(Array.from({ length: 6 }, () => greetAndDrop))).toEqual(
      await waitsOf(Array.from({ length: 6 }, () => greetAndDrop).map(life => ({ ...life, steps: [] }))),
    )
  })

  test('a connection that stays open for stableAfter starts the next back-off at the first step', async () => {
    const harness = await new ConnectionHarness().open()
    for (let loss = 0; loss < 3; loss++) await harness.failAndReopen()
    harness.clock.advance(STABLE_AFTER)
    harness.transport.last.sink.onFailure({ kind: 'network' })
    expect(harness.connection.snapshot.retryCount).toBe(1)
  })
})

describe('a token that is refused again before the connection was stable', () => {
  const refusal: Failure = { kind: 'close', code: 4401, opened: true }

  test.each([
    ['at once', () => undefined],
    ['after a greeting', (harness: ConnectionHarness) => void harness.receive({ type: 'hi', response: 1 })],
    ['after an attempt that was dropped', (harness: ConnectionHarness) => harness.failAndReopen()],
  ])('is refused for good %s', async (_when, between) => {
    const harness = await new ConnectionHarness().open()
    await harness.failAndReopen(refusal)
    await between(harness)
    harness.transport.last.sink.onFailure(refusal)
    expect(harness.connection.snapshot).toMatchObject({
      status: 'failed',
      error: { name: 'UnauthorizedError', message: expect.stringContaining('4401') },
    })
    expect(harness.refused.filter(token => token !== undefined)).toHaveLength(1)
  })

  test('forces a new token again if it was stable in between', async () => {
    const harness = await new ConnectionHarness().open()
    await harness.failAndReopen(refusal)
    harness.clock.advance(STABLE_AFTER)
    await harness.failAndReopen(refusal)
    expect(harness.status).toBe('open')
    expect(harness.refused.filter(token => token !== undefined)).toHaveLength(2)
  })
})
