import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/core/platform.ts'
import { watchLiveness } from '../../src/core/heartbeat.ts'
import { FakeClock } from '../support/fakeClock.ts'

/**
 * A watch with an interval of 25 s and a timeout of 10 s. `sleep` advances time without timers, as a sleeping
 * machine does.
 */
function watch({ probing = true } = {}) {
  const fake = new FakeClock()
  let slept = 0
  const clock: Clock = {
    now: () => fake.now() + slept,
    elapsed: () => fake.elapsed() + slept,
    setTimeout: (callback, delay) => fake.setTimeout(callback, delay),
    clearTimeout: handle => fake.clearTimeout(handle),
  }
  const counts = { probes: 0, deaths: 0 }
  const liveness = watchLiveness(clock, {
    interval: 25_000,
    timeout: 10_000,
    probe: probing ? () => void counts.probes++ : undefined,
    dead: () => void counts.deaths++,
  })
  return { clock: fake, counts, liveness, sleep: (ms: number) => void (slept += ms) }
}

describe('with a probe', () => {
  test('probes every interval, and a reply keeps the connection alive', () => {
    const { clock, counts, liveness } = watch()
    clock.advance(24_999)
    expect(counts.probes).toBe(0)
    for (let beat = 1; beat <= 10; beat++) {
      clock.advance(beat === 1 ? 1 : 25_000 - 40)
      expect(counts.probes).toBe(beat)
      clock.advance(40)
      liveness.heard()
    }
    expect(counts.deaths).toBe(0)
  })

  test('declares the connection dead after silence for the timeout after a probe: within interval + timeout', () => {
    const { clock, counts } = watch()
    clock.advance(34_999)
    expect(counts).toEqual({ probes: 1, deaths: 0 })
    clock.advance(1)
    expect(counts.deaths).toBe(1)
  })

  test('accepts anything received as a sign of life, not only the reply', () => {
    const { clock, counts, liveness } = watch()
    clock.advance(30_000)
    liveness.heard()
    clock.advance(19_999)
    expect(counts).toEqual({ probes: 1, deaths: 0 })
    clock.advance(1)
    expect(counts.probes).toBe(2)
  })

  test('knows the time since its probe, which is the latency when the reply arrives', () => {
    const { clock, liveness } = watch()
    clock.advance(25_000 + 37)
    expect(liveness.sinceProbe()).toBe(37)
  })

  test('probes at once on a pulse, but not twice', () => {
    const { clock, counts, liveness } = watch()
    clock.advance(5_000)
    liveness.pulse()
    liveness.pulse()
    expect(counts.probes).toBe(1)
    clock.advance(9_999)
    expect(counts.deaths).toBe(0)
    clock.advance(1)
    expect(counts.deaths).toBe(1)
  })

  test('has at most one timer', () => {
    const { clock, liveness } = watch()
    liveness.pulse()
    liveness.heard()
    liveness.pulse()
    liveness.check()
    expect(clock.pending).toBe(1)
  })

  test('probes before it gives up if its timer is late, as after a sleep (C10)', () => {
    const { clock, counts, liveness, sleep } = watch()
    sleep(3_600_000)
    clock.advance(25_000)
    expect(counts).toEqual({ probes: 1, deaths: 0 })
    liveness.heard()
    clock.advance(24_000)
    expect(counts.deaths).toBe(0)
  })

  test('a send that comes before a late timer probes at once', () => {
    const { counts, liveness, sleep } = watch()
    liveness.check()
    expect(counts.probes).toBe(0)
    sleep(3_600_000)
    liveness.check()
    expect(counts).toEqual({ probes: 1, deaths: 0 })
  })

  test("a send or a wake after a probe's deadline ends the connection at once, without waiting for the timer", () => {
    for (const look of ['check', 'pulse'] as const) {
      const { clock, counts, liveness, sleep } = watch()
      clock.advance(25_000)
      sleep(10_000)
      liveness[look]()
      expect(counts).toEqual({ probes: 1, deaths: 1 })
    }
  })
})

describe('without a probe', () => {
  test('silence for the interval ends the connection', () => {
    const { clock, counts, liveness } = watch({ probing: false })
    for (let heard = 0; heard < 5; heard++) {
      clock.advance(24_999)
      liveness.heard()
    }
    expect(counts.deaths).toBe(0)
    clock.advance(25_000)
    expect(counts.deaths).toBe(1)
  })

  test('a pulse only checks the clock', () => {
    const { clock, counts, liveness } = watch({ probing: false })
    clock.advance(20_000)
    liveness.pulse()
    clock.advance(4_999)
    expect(counts.deaths).toBe(0)
    clock.advance(1)
    expect(counts.deaths).toBe(1)
  })
})

test('stop leaves no timer', () => {
  for (const probing of [true, false]) {
    const { clock, counts, liveness } = watch({ probing })
    clock.advance(20_000)
    liveness.stop()
    expect(clock.pending).toBe(0)
    clock.advance(100_000)
    expect(counts).toEqual({ probes: 0, deaths: 0 })
  }
})

describe('a wall clock that is set', () => {
  test.each([true, false])('back delays no timeout (with a probe: %s)', probing => {
    const fake = new FakeClock()
    let deaths = 0
    watchLiveness(fake, {
      interval: 25_000,
      timeout: 10_000,
      probe: probing ? () => undefined : undefined,
      dead: () => void deaths++,
    })
    fake.advance(20_000)
    fake.setWallClock(-3_600_000)
    fake.advance(probing ? 14_999 : 4_999)
    expect(deaths).toBe(0)
    fake.advance(1)
    expect(deaths).toBe(1)
  })

  test('back and forward does not end a connection that replies', () => {
    const { clock, counts, liveness } = watch()
    clock.advance(25_000)
    liveness.heard()
    clock.setWallClock(3_600_000)
    liveness.check()
    clock.advance(24_999)
    expect(counts).toEqual({ probes: 1, deaths: 0 })
  })
})
