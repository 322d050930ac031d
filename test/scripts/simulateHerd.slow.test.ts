import { expect, test } from 'vitest'
import { machine, runHerd } from '../../scripts/herd.ts'
import { simulate, withTables } from '../../scripts/simulateHerd.ts'
import { readPage } from '../docs/snippets.ts'

const NAMES = ['outages', 'floor', 'capacity'] as const
/** How far the results of 4,000 clients may differ: a share of the figure, plus some seconds or attempts. */
const SHARE = 0.3
const SLACK: Readonly<Record<string, number>> = { 'outages 4': 0.5, 'capacity 2': 5_000, 'capacity 3': 0.5 }

/** The rows of a table in the page, without its head, as cells. */
function listed(name: (typeof NAMES)[number]): string[][] {
  const [, rest = ''] = readPage('docs/reconnecting.md').split(`<!-- simulated: ${name} -->`)
  const [table = ''] = rest.split('<!-- end:')
  const rows = table.trim().split('\n').slice(2)
  return rows.map(row =>
    row
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  )
}

test('the figures in docs/reconnecting.md match the simulation, up to the scatter of fewer clients', () => {
  const few = simulate(4_000)
  for (const name of NAMES) {
    const rows = listed(name)
    expect(rows).toHaveLength(few[name].length)
    for (const [index, row] of few[name].entries()) {
      for (const [column, cell] of row.entries()) {
        const shown = rows[index]?.[column] ?? ''
        const where = `${name}: ${rows[index]?.join(' | ')}`
        if (typeof cell === 'string') expect(shown, where).toBe(cell)
        else {
          const value = Number(shown.replaceAll(',', ''))
          const slack = SLACK[`${name} ${column}`] ?? 0
          expect(Math.abs(value - cell), where).toBeLessThanOrEqual(SHARE * value + slack)
        }
      }
    }
  }
}, 60_000)

test('a simulation returns the same figures each time', () => {
  const run = () => runHerd(machine(), { clients: 500, outage: 10_000 })
  expect(run()).toEqual(run())
})

test('clients with the same Retry-After return spread over the same time again', () => {
  const { peakAttempts } = runHerd(machine(), { clients: 1_000, outage: 5_000, retryAfter: 10_000 })
  expect(peakAttempts).toBeLessThan(200)
})

test('a page without the markers of its tables is an error that names them', () => {
  expect(() => withTables('', simulate(10))).toThrow('<!-- simulated: outages -->')
})
