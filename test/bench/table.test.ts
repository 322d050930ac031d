import { describe, expect, it } from 'vitest'
import type { Samples } from '../../bench/results.ts'
import { renderRows, renderTable, renderVerdicts } from '../../bench/table.ts'

const samples: Samples = new Map([
  ['realtime', [{ cpu: 12.04 }, { cpu: 20 }, { cpu: 16.06 }]],
  ['floor', [{ cpu: 10 }, { cpu: 10 }, { cpu: 10 }]],
  ['swr', [{ cpu: 1 }, { failure: '2 cells are wrong\nat page' }, { cpu: 1 }]],
])

describe('renderRows', () => {
  it('pads short rows', () => {
    expect(renderRows(['a', 'b'], [['1']])).toBe('| a | b |\n| --- | --- |\n| 1 |  |')
  })
})

describe('renderTable', () => {
  const columns = [
    { metric: 'cpu', header: 'µs', digits: 1 },
    { metric: 'cpu', against: 'floor', header: '× floor', digits: 2 },
  ] as const
  const lines = renderTable({ contenders: ['realtime', 'floor', 'swr', 'raw'], columns }, samples).split('\n')

  it('shows the median and, if they differ, the extremes', () => {
    expect(lines[2]).toBe('| react-query-realtime | 16.1 (12–20) | 1.61 (1.2–2) |')
  })

  it('compares nothing with itself', () => {
    expect(lines[3]).toBe('| floor | 10 |  |')
  })

  it('shows why a contender failed in a round, and no figures', () => {
    expect(lines[4]).toBe('| SWR subscription | failed: 2 cells are wrong |  |')
  })

  it('leaves cells empty for what was not measured', () => {
    expect(lines[5]).toBe('| raw |  |  |')
  })

  it('shows "never" for what did not arrive', () => {
    const late: Samples = new Map([['ahooks', [{ back: Infinity }, { back: 10 }, { back: Infinity }]]])
    const column = { metric: 'back', header: 'back', digits: 0 }
    const table = renderTable({ contenders: ['ahooks'], columns: [column] }, late)
    expect(table.split('\n')[2]).toBe('| ahooks | never (10–never) |')
  })
})

describe('renderVerdicts', () => {
  it('shows for each target the limit, the result, and whether it is met', () => {
    const target = { workload: 'burst', claim: 'cost', metric: 'cpu' }
    const reached = { median: 1.2, min: 1.1, max: 1.3 }
    const table = renderVerdicts([
      { target: { ...target, atMost: 1.25 }, reached, isMet: true },
      { target: { ...target, atLeast: 55 }, reached: undefined, isMet: false },
    ])
    expect(table.split('\n').slice(2)).toEqual([
      '| burst | cost | ≤ 1.25 | 1.2 (1.1–1.3) | yes |',
      '| burst | cost | ≥ 55 | no figure | **no** |',
    ])
  })
})
