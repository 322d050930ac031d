import { describe, expect, it } from 'vitest'
import { median, percentile, spread } from '../../bench/statistics.ts'

describe('median', () => {
  it('is the middle of an odd number of values, in any order', () => {
    expect(median([30, 10, 20])).toBe(20)
  })

  it('is the mean of the two in the middle of an even number', () => {
    expect(median([40, 10, 20, 30])).toBe(25)
  })

  it('is NaN without values', () => {
    expect(median([])).toBeNaN()
  })

  it('does not change the values', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
  })

  it('is a number where a value is infinite', () => {
    expect(median([1, Infinity, 2])).toBe(2)
    expect(median([Infinity, Infinity, 2])).toBe(Infinity)
  })
})

describe('percentile', () => {
  const sorted = Array.from({ length: 100 }, (_, index) => index)

  it('is the value below which that share lies', () => {
    expect(percentile(sorted, 0.5)).toBe(50)
    expect(percentile(sorted, 0.95)).toBe(95)
  })

  it('is at most the greatest', () => {
    expect(percentile(sorted, 1)).toBe(99)
  })

  it('is NaN without values', () => {
    expect(percentile([], 0.5)).toBeNaN()
  })
})

describe('spread', () => {
  it('returns the median and the extremes', () => {
    expect(spread([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 })
  })
})
