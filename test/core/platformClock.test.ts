import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

/** A machine whose two clocks the test controls. Each machine loads the module again. */
async function setUp({ hasPerformance = true } = {}) {
  const machine = { wall: 1_700_000_000_000, monotonic: 5_000.25 }
  vi.spyOn(Date, 'now').mockImplementation(() => Math.floor(machine.wall))
  vi.stubGlobal('performance', hasPerformance ? { now: () => machine.monotonic } : undefined)
  vi.resetModules()
  const { systemClock } = await import('../../src/core/platform.ts')
  const start = systemClock.elapsed()
  return {
    machine,
    now: () => systemClock.now(),
    elapsed: () => systemClock.elapsed() - start,
    pass(ms: number) {
      machine.wall += ms
      machine.monotonic += ms
    },
    sleep: (ms: number) => void (machine.wall += ms),
    setWall: (ms: number) => void (machine.wall += ms),
  }
}

beforeEach(() => void vi.useRealTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('elapsed time', () => {
  test('continues while the wall clock is set back', async () => {
    const { pass, setWall, elapsed } = await setUp()
    pass(100)
    setWall(-3_600_000)
    pass(100)
    expect(elapsed()).toBeCloseTo(200)
    pass(100)
    expect(elapsed()).toBeCloseTo(300)
  })

  test('counts a sleep that the monotonic clock does not', async () => {
    const { pass, sleep, elapsed } = await setUp()
    pass(100)
    sleep(60_000)
    expect(elapsed()).toBeCloseTo(60_100)
    pass(100)
    expect(elapsed()).toBeCloseTo(60_200)
  })

  test('counts a sleep only once if the monotonic clock counts it, too', async () => {
    const { pass, elapsed } = await setUp()
    pass(60_000)
    expect(elapsed()).toBeCloseTo(60_000)
  })

  test('does not run faster if it is read often', async () => {
    const { pass, elapsed } = await setUp()
    for (let count = 0; count < 100_000; count++) {
      pass(0.1)
      elapsed()
    }
    expect(elapsed()).toBeCloseTo(10_000)
  })

  test('follows the wall clock, but never back, if there is no monotonic one', async () => {
    const { pass, setWall, elapsed } = await setUp({ hasPerformance: false })
    pass(100)
    expect(elapsed()).toBe(100)
    setWall(-3_600_000)
    expect(elapsed()).toBe(100)
    pass(50)
    expect(elapsed()).toBe(150)
  })

  test('never goes back, and never falls behind the time awake, in any order of events', async () => {
    const moves = fc.array(
      fc.record({
        kind: fc.constantFrom('pass', 'sleep', 'setWall', 'read'),
        ms: fc.integer({ min: 0, max: 10_000_000 }),
        back: fc.boolean(),
      }),
    )
    await fc.assert(
      fc.asyncProperty(moves, async list => {
        const clock = await setUp()
        let before = 0
        let awake = 0
        for (const { kind, ms, back } of list) {
          if (kind === 'pass') awake += ms
          if (kind === 'pass' || kind === 'sleep') clock[kind](ms)
          else if (kind === 'setWall') clock.setWall(back ? -ms : ms)
          const after = clock.elapsed()
          expect(after).toBeGreaterThanOrEqual(before)
          expect(after).toBeGreaterThanOrEqual(awake - 0.01)
          before = after
        }
      }),
      { numRuns: 100 },
    )
  })
})

test('the wall clock returns the system time', async () => {
  const { machine, setWall, now } = await setUp()
  setWall(-5_000)
  expect(now()).toBe(machine.wall)
})
