import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/core/platform.ts'
import { startHeartbeat } from '../../src/core/heartbeat.ts'
import { FakeClock } from '../support/fakeClock.ts'

/**
 * A watch with an interval of 25 s and a timeout of 10 s. `sleep` advances time without timers, as a sleeping
 * machine does.
 */
function watch({ probing = true, silence }: { probing?: boolean; silence?: number } = {}) {
  const fake = new FakeClock()
  let slept = 0
  const clock: Clock = {
    now: () => fake.now() + slept,
    elapsed: () => fake.elapsed() + slept,
    setTimeout: (callback, delay) => fake.setTimeout(callback, delay),
    clearTimeout: handle => fake.clearTimeout(handle),
  }
  const counts = { pings: 0, deaths: 0 }
  const heartbeat = startHeartbeat(clock, {
    interval: 25_000,
    timeout: 10_000,
    silence,
    ping: probing ? () => void counts.pings++ : undefined,
    onDead: () => void counts.deaths++,
  })
  return { clock: fake, counts, heartbeat, sleep: (ms: number) => void (slept += ms) }
}

describe('with a ping', () => {
  test('pings every interval, and a reply keeps the connection alive', () => {
    const { clock, counts, heartbeat } = watch()
    clock.advance(24_999)
    expect(counts.pings).toBe(0)
    for (let beat = 1; beat <= 10; beat++) {
      clock.advance(beat === 1 ? 1 : 25_000 - 40)
      expect(counts.pings).toBe(beat)
      clock.advance(40)
      heartbeat.onActivity()
    }
    expect(counts.deaths).toBe(0)
  })

  test('declares the connection dead after silence for the timeout after a ping: within interval + timeout', () => {
    const { clock, counts } = watch()
    clock.advance(34_999)
    expect(counts).toEqual({ pings: 1, deaths: 0 })
    clock.advance(1)
    expect(counts.deaths).toBe(1)
  })

  test('accepts anything received as a sign of life, not only the reply', () => {
    const { clock, counts, heartbeat } = watch()
    clock.advance(30_000)
    heartbeat.onActivity()
    clock.advance(19_999)
    expect(counts).toEqual({ pings: 1, deaths: 0 })
    clock.advance(1)
    expect(counts.pings).toBe(2)
  })

  test('knows the time since its ping, which is the latency when the reply arrives', () => {
    const { clock, heartbeat } = watch()
    clock.advance(25_000 + 37)
    expect(heartbeat.sincePing()).toBe(37)
  })

  test('pings at once on a checkNow, but not twice', () => {
    const { clock, counts, heartbeat } = watch()
    clock.advance(5_000)
    heartbeat.checkNow()
    heartbeat.checkNow()
    expect(counts.pings).toBe(1)
    clock.advance(9_999)
    expect(counts.deaths).toBe(0)
    clock.advance(1)
    expect(counts.deaths).toBe(1)
  })

  test('has at most one timer', () => {
    const { clock, heartbeat } = watch()
    heartbeat.checkNow()
    heartbeat.onActivity()
    heartbeat.checkNow()
    heartbeat.check()
    expect(clock.pending).toBe(1)
  })

  test('pings before it gives up if its timer is late, as after a sleep (C10)', () => {
    const { clock, counts, heartbeat, sleep } = watch()
    sleep(3_600_000)
    clock.advance(25_000)
    expect(counts).toEqual({ pings: 1, deaths: 0 })
    heartbeat.onActivity()
    clock.advance(24_000)
    expect(counts.deaths).toBe(0)
  })

  test('a send that comes before a late timer pings at once', () => {
    const { counts, heartbeat, sleep } = watch()
    heartbeat.check()
    expect(counts.pings).toBe(0)
    sleep(3_600_000)
    heartbeat.check()
    expect(counts).toEqual({ pings: 1, deaths: 0 })
  })

  test("a send or a wake after a ping's deadline ends the connection at once, without waiting for the timer", () => {
    for (const look of ['check', 'checkNow'] as const) {
      const { clock, counts, heartbeat, sleep } = watch()
      clock.advance(25_000)
      sleep(10_000)
      heartbeat[look]()
      expect(counts).toEqual({ pings: 1, deaths: 1 })
    }
  })
})

describe('without a ping', () => {
  test('silence for the interval ends the connection', () => {
    const { clock, counts, heartbeat } = watch({ probing: false })
    for (let heard = 0; heard < 5; heard++) {
      clock.advance(24_999)
      heartbeat.onActivity()
    }
    expect(counts.deaths).toBe(0)
    clock.advance(25_000)
    expect(counts.deaths).toBe(1)
  })

  test('a checkNow only checks the clock', () => {
    const { clock, counts, heartbeat } = watch({ probing: false })
    clock.advance(20_000)
    heartbeat.checkNow()
    clock.advance(4_999)
    expect(counts.deaths).toBe(0)
    clock.advance(1)
    expect(counts.deaths).toBe(1)
  })
})

test('stop leaves no timer', () => {
  for (const probing of [true, false]) {
    const { clock, counts, heartbeat } = watch({ probing })
    clock.advance(20_000)
    heartbeat.stop()
    expect(clock.pending).toBe(0)
    clock.advance(100_000)
    expect(counts).toEqual({ pings: 0, deaths: 0 })
  }
})

describe('a wall clock that is set', () => {
  test.each([true, false])('back delays no timeout (with a ping: %s)', probing => {
    const fake = new FakeClock()
    let deaths = 0
    startHeartbeat(fake, {
      interval: 25_000,
      timeout: 10_000,
      ping: probing ? () => undefined : undefined,
      onDead: () => void deaths++,
    })
    fake.advance(20_000)
    fake.setWallClock(-3_600_000)
    fake.advance(probing ? 14_999 : 4_999)
    expect(deaths).toBe(0)
    fake.advance(1)
    expect(deaths).toBe(1)
  })

  test('back and forward does not end a connection that replies', () => {
    const { clock, counts, heartbeat } = watch()
    clock.advance(25_000)
    heartbeat.onActivity()
    clock.setWallClock(3_600_000)
    heartbeat.check()
    clock.advance(24_999)
    expect(counts).toEqual({ pings: 1, deaths: 0 })
  })
})

describe('in one direction, with a limit for silence', () => {
  test('pings at every interval, whether or not anything is received', () => {
    const { clock, counts } = watch({ silence: 200_000 })
    clock.advance(100_000)
    expect(counts).toEqual({ pings: 4, deaths: 0 })
  })

  test('silence alone ends the connection, before a ping is due, too', () => {
    const { clock, counts, heartbeat } = watch({ silence: 5_000 })
    clock.advance(4_000)
    heartbeat.onActivity()
    clock.advance(4_999)
    expect(counts).toEqual({ pings: 0, deaths: 0 })
    clock.advance(1)
    expect(counts.deaths).toBe(1)
  })
})
