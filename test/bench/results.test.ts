import { describe, expect, it } from 'vitest'
import { valuesOf, type Samples } from '../../bench/results.ts'

const samples: Samples = new Map([
  ['realtime', [{ cpu: 12 }, { cpu: 20 }, { cpu: 30 }]],
  ['floor', [{ cpu: 10 }, { cpu: 10 }, { cpu: 20 }]],
  ['raw', [{ cpu: 1 }, { cpu: 1 }, { cpu: 1 }]],
  ['setQueryData', [{ cpu: 40 }, { cpu: 80 }, { failure: 'lost' }]],
  ['swr', [{ cpu: 60 }, { cpu: 50 }, { cpu: 60 }]],
])

describe('valuesOf', () => {
  it('returns a metric of each round', () => {
    expect(valuesOf(samples, 'realtime', { metric: 'cpu' })).toEqual([12, 20, 30])
  })

  it('computes a ratio within each round', () => {
    expect(valuesOf(samples, 'realtime', { metric: 'cpu', against: 'floor' })).toEqual([1.2, 2, 1.5])
  })

  it('returns the difference on request', () => {
    expect(valuesOf(samples, 'realtime', { metric: 'cpu', against: 'floor', by: 'difference' })).toEqual([
      2, 10, 10,
    ])
  })

  it('compares with the best peer of each round, which is neither the floor nor written by hand without a cache', () => {
    expect(valuesOf(samples, 'realtime', { metric: 'cpu', against: 'best peer' })).toEqual([0.3, 0.4, 0.5])
  })

  it('skips a round in which either side failed', () => {
    expect(valuesOf(samples, 'setQueryData', { metric: 'cpu', against: 'floor' })).toEqual([4, 8])
    expect(valuesOf(samples, 'realtime', { metric: 'cpu', against: 'setQueryData' })).toEqual([0.3, 0.25])
  })

  it('returns nothing for an unknown metric or contender', () => {
    expect(valuesOf(samples, 'realtime', { metric: 'p50' })).toEqual([])
    expect(valuesOf(samples, 'ahooks', { metric: 'cpu' })).toEqual([])
  })
})
