import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffDelay, defaultGapSpread, delayAbove, longestWait } from '../../src/core/backoff.ts'

const options = { minDelay: 500, maxDelay: 20_000, factor: 2 }

test('the step grows by the factor from minDelay to maxDelay', () => {
  const steps = [0, 1, 2, 5, 6, 1_000, 5_000].map(count => backoffDelay(count, options, 1))
  expect(steps).toEqual([500, 1_000, 2_000, 16_000, 20_000, 20_000, 20_000])
})

test('the delay is a random share of the step (full jitter) (W13)', () => {
  expect(backoffDelay(1, options, 0)).toBe(0)
  expect(backoffDelay(1, options, 0.25)).toBe(250)
})

test('the delay is a number within [0, maxDelay], whatever the options and the count', () => {
  const anyOptions = fc.record({
    minDelay: fc.nat(60_000),
    maxDelay: fc.nat(60_000),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
  })
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.nat(10_000), anyOptions, random, (count, given, share) => {
      const delay = backoffDelay(count, given, share)
      expect(delay).toBeGreaterThanOrEqual(0)
      expect(delay).toBeLessThanOrEqual(given.maxDelay)
    }),
  )
})

test('a minDelay of 0 retries at once, even after thousands of retries', () => {
  expect(backoffDelay(5_000, { minDelay: 0, maxDelay: 1_000, factor: 2 }, 0.5)).toBe(0)
})

test('no two clients with the same floor return together, because jitter of the same size is added', () => {
  expect([0, 0.5, 0.999].map(random => delayAbove(10_000, 2_000, random))).toEqual([10_000, 15_000, 19_990])
})

test('a delay above a floor is within [floor, max(2 × floor, longest)], and grows with the random share', () => {
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.nat(3_600_000), fc.nat(60_000), share, share, (floor, longest, one, other) => {
      const [less, more] = [one, other]
        .sort((a, b) => a - b)
        .map(random => delayAbove(floor, longest, random))
      expect(less).toBeGreaterThanOrEqual(floor)
      expect(more).toBeLessThanOrEqual(Math.max(2 * floor, longest))
      expect(less).toBeLessThanOrEqual(more!)
    }),
  )
})

test('the longest wait is half the outage, at least 2 s or minDelay, and at most maxDelay', () => {
  const wait = (outage: number, more = {}) => longestWait(outage, { ...options, ...more })
  expect([0, 4_000, 6_000, 40_000, 600_000].map(outage => wait(outage))).toEqual([
    2_000, 2_000, 3_000, 20_000, 20_000,
  ])
  expect(wait(0, { minDelay: 10_000 })).toBe(10_000)
  expect(wait(0, { maxDelay: 1_000 })).toBe(1_000)
})

test('the refetches of a gap are spread over half the outage, between 1 and 5 s', () => {
  expect([0, 1_000, 6_000, 10_000, 600_000].map(defaultGapSpread)).toEqual([
    1_000, 1_000, 3_000, 5_000, 5_000,
  ])
})
