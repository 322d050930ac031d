import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffDelay } from '../../src/core/backoff.ts'

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

test('a minDelay of 0 retries at once, also after thousands of retries', () => {
  expect(backoffDelay(5_000, { minDelay: 0, maxDelay: 1_000, factor: 2 }, 0.5)).toBe(0)
})
