import { describe, expect, it } from 'vitest'
import { retryDelay } from '../../src/core/backoff.ts'

const interval = 1_000
const options = { minDelay: 2 * interval, maxDelay: 30_000, factor: 2 }
const pace = { retryCount: 0, options, least: interval, floor: 0, random: 0.5 }

describe('the time to the next poll after an error', () => {
  it('doubles with each error up to 30 s, with jitter, and is never sooner than the interval', () => {
    const longest = [0, 1, 2, 3, 4, 5].map(retryCount => retryDelay({ ...pace, retryCount, random: 1 }))
    expect(longest).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    expect(retryDelay({ ...pace, retryCount: 5, random: 0 })).toBe(1_000)
    expect(retryDelay({ ...pace, retryCount: 1, random: 0.5 })).toBe(2_500)
    expect(retryDelay({ ...pace, least: 60_000, retryCount: 2, random: 1 })).toBe(60_000)
  })

  it("is no shorter than the server's floor, with jitter of the same size on top", () => {
    const delays = [0, 0.25, 0.999].map(random => retryDelay({ ...pace, floor: 60_000, random }))
    expect(delays).toEqual([60_000, 75_000, 119_940])
  })

  it('is the interval with its back-off if the floor is shorter', () => {
    const failed = { ...pace, retryCount: 2, floor: 500 }
    expect([0, 0.5, 1].map(random => retryDelay({ ...failed, random }))).toEqual([1_000, 4_500, 8_000])
  })
  it('uses a back-off that is set', () => {
    const slower = { minDelay: 3_000, factor: 3, maxDelay: 20_000 }
    const longest = [0, 1, 2].map(retryCount =>
      retryDelay({ ...pace, options: slower, retryCount, random: 1 }),
    )
    expect(longest).toEqual([3_000, 9_000, 20_000])
  })
})
