import { describe, expect, it } from 'vitest'
import { tabsPlotOf } from '../../bench/growth/plotTabs.ts'
import type { Sample, Samples } from '../../bench/results.ts'

const samplesOf = (shared: readonly Sample[], direct: readonly Sample[]): Samples =>
  new Map([
    ['sharedWorker', shared],
    ['realtime', direct],
  ])

describe('the plot of tabs', () => {
  it('has a line for each contender, with the median cost at each number of tabs', () => {
    const { series } = tabsPlotOf(
      new Map([
        ['tabs-1', samplesOf([{ cpu: 5 }, { cpu: 7 }, { cpu: 6 }], [{ cpu: 8 }])],
        ['tabs-10', samplesOf([{ cpu: 9 }], [{ cpu: 80 }])],
      ]),
    )
    const lines = series.map(({ title, points }) => [title, points])
    expect(Object.fromEntries(lines)).toEqual({
      'react-query-realtime': [
        [1, 8],
        [10, 80],
      ],
      'react-query-realtime, shared worker': [
        [1, 6],
        [10, 9],
      ],
    })
  })

  it('has no point where a contender failed', () => {
    const { series } = tabsPlotOf(new Map([['tabs-5', samplesOf([{ failure: 'lost' }], [{ cpu: 40 }])]]))
    expect(series.map(({ points }) => points)).toEqual([[[5, 40]], []])
  })
})
