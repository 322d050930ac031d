import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/core/clock.ts'
import { watchLiveness } from '../../src/core/liveness.ts'
import { FakeClock } from '../support/fakeClock.ts'

/** A watch with an interval of 25 s and a timeout of 10 s. `sleep` lets time pass without timers, as a machine's sleep does. */
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
  test('asks every interval, and an answered one is no death', () => {
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

  test('is dead when it has heard nothing for the timeout after a probe: within interval + timeout', () => {
    const { clock, counts } = watch()
    clock.advance(34_999)
    expect(counts).toEqual({ probes: 1, deaths: 0 })
    clock.advance(1)
    expect(counts.deaths).toBe(1)
  })

  test('takes anything heard as life, not only the answer', () => {
    const { clock, counts, liveness } = watch()
    clock.advance(30_000)
    liveness.heard()
    clock.advance(19_999)
    expect(counts).toEqual({ probes: 1, deaths: 0 })
    clock.advance(1)
    expect(counts.probes).toBe(2)
  })

  test('knows how long ago it asked: the latency, when the answer comes', () => {
    const { clock, liveness } = watch()
    clock.advance(25_000 + 37)
    expect(liveness.sinceProbe()).toBe(37)
  })

  test('asks at once for a pulse, and does not ask twice', () => {
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

  test('has one timer at most', () => {
    const { clock, liveness } = watch()
    liveness.pulse()
    liveness.heard()
    liveness.pulse()
    liveness.check()
    expect(clock.pending).toBe(1)
  })

  test('asks before it kills where its timer comes late, as after a sleep (C10)', () => {
    const { clock, counts, liveness, sleep } = watch()
    sleep(3_600_000)
    clock.advance(25_000)
    expect(counts).toEqual({ probes: 1, deaths: 0 })
    liveness.heard()
    clock.advance(24_000)
    expect(counts.deaths).toBe(0)
  })

  test('a send that comes before a late timer asks at once', () => {
    const { counts, liveness, sleep } = watch()
    liveness.check()
    expect(counts.probes).toBe(0)
    sleep(3_600_000)
    liveness.check()
    expect(counts).toEqual({ probes: 1, deaths: 0 })
  })

  test('a send or a wake after the deadline of a probe is death at once, without waiting for the timer', () => {
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
  test('silence for the interval is death', () => {
    const { clock, counts, liveness } = watch({ probing: false })
    for (let heard = 0; heard < 5; heard++) {
      clock.advance(24_999)
      liveness.heard()
    }
    expect(counts.deaths).toBe(0)
    clock.advance(25_000)
    expect(counts.deaths).toBe(1)
  })

  test('a pulse only looks at the clock', () => {
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

describe('a wall clock that is set back', () => {
  test.each([true, false])('puts off no death (with a probe: %s)', probing => {
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

  test('and forward is no death of an answered link', () => {
    const { clock, counts, liveness } = watch()
    clock.advance(25_000)
    liveness.heard()
    clock.setWallClock(3_600_000)
    liveness.check()
    clock.advance(24_999)
    expect(counts).toEqual({ probes: 1, deaths: 0 })
  })
})
