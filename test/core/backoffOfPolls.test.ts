import { describe, expect, it } from 'vitest'
import { pollDelay } from '../../src/core/backoff.ts'

const pace = { interval: 1_000, failures: 0, backoff: undefined, floor: 0, random: 0.5, isFirst: false }

describe('the time to the next poll', () => {
  it('is the interval', () => {
    expect(pollDelay(pace)).toBe(1_000)
  })

  it('is up to a tenth shorter for the first poll, so that clients that started together drift apart (P9)', () => {
    expect(pollDelay({ ...pace, isFirst: true, random: 0 })).toBe(1_000)
    expect(pollDelay({ ...pace, isFirst: true, random: 0.999 })).toBeCloseTo(900, 0)
  })

  it('doubles with each error up to 30 s, with jitter, and is never sooner than the interval', () => {
    const longest = [1, 2, 3, 4, 5, 6].map(failures => pollDelay({ ...pace, failures, random: 1 }))
    expect(longest).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    expect(pollDelay({ ...pace, failures: 6, random: 0 })).toBe(1_000)
    expect(pollDelay({ ...pace, failures: 2, random: 0.5 })).toBe(2_500)
    expect(pollDelay({ ...pace, interval: 60_000, failures: 3, random: 1 })).toBe(60_000)
  })

  it("is no shorter than the server's floor, with jitter of the same size on top", () => {
    const failed = { ...pace, failures: 1, floor: 60_000 }
    const delays = [0, 0.25, 0.999].map(random => pollDelay({ ...failed, random }))
    expect(delays).toEqual([60_000, 75_000, 119_940])
  })

  it('is the interval with its back-off if the floor is shorter', () => {
    const failed = { ...pace, failures: 3, floor: 500 }
    expect([0, 0.5, 1].map(random => pollDelay({ ...failed, random }))).toEqual([1_000, 4_500, 8_000])
  })

  it('uses a back-off that is set', () => {
    const backoff = { minDelay: 3_000, factor: 3, maxDelay: 20_000 }
    const longest = [1, 2, 3].map(failures => pollDelay({ ...pace, failures, backoff, random: 1 }))
    expect(longest).toEqual([3_000, 9_000, 20_000])
  })
})
