import { readFileSync, writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import { FAULT_ROWS } from './faultRows.ts'
import { findFaultTests } from './findFaultTests.ts'
import { renderTables, type Tally, withTables } from './renderFaultTable.ts'
import { rowsOf } from './rowsOf.ts'

const PAGE = 'docs/faults.md'

/** Prints which rules were tried and which survived; with `-u` it also writes the tables of `docs/faults.md`. */
export class FaultReporter implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tallies = countRules(modules.flatMap(module => [...module.children.allTests()]))
    const tally = (row: string) => tallies.get(row) ?? { tried: 0, survived: 0 }
    this.#print(tally)
    if (this.#vitest?.config.snapshotOptions.updateSnapshot !== 'all') return
    const tables = renderTables(findFaultTests('test'), tally)
    writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), tables))
  }

  #print(tally: (row: string) => Tally): void {
    const rows = Object.values(FAULT_ROWS)
      .flat()
      .filter(({ notApplicable }) => notApplicable === undefined)
    const lines = rows.map(({ id, fault }) => {
      const { tried, survived } = tally(id)
      const isBad = survived < tried || tried === 0
      return `${isBad ? '!' : ' '} ${id.padEnd(4)} ${fault.padEnd(62)} ${String(tried).padStart(5)} ${String(survived).padStart(8)}`
    })
    const all = rows.map(({ id }) => tally(id))
    const sum = (name: keyof Tally) => all.reduce((total, each) => total + each[name], 0)
    const head = `  ${'fault'.padEnd(67)} tried survived`
    const foot = `  ${`${rows.length} faults`.padEnd(67)} ${String(sum('tried')).padStart(5)} ${String(sum('survived')).padStart(8)}`
    this.#vitest?.logger.log(['', head, ...lines, foot, ''].join('\n'))
  }
}

/** Counts rules, not cases: the cases of one `test.each` are one rule, which holds if all of them pass. */
function countRules(tests: readonly TestCase[]): Map<string, Tally> {
  const rules = new Map<string, { rows: readonly string[]; holds: boolean }>()
  for (const test of tests) {
    const { state } = test.result()
    const rows = rowsOf(test.name)
    if (rows.length === 0 || state === 'skipped') continue
    const { moduleId } = test.module
    const place = `${moduleId}:${test.location?.line}:${test.location?.column}`
    const holds = state === 'passed' && (rules.get(place)?.holds ?? true)
    rules.set(place, { rows, holds })
  }
  const tallies = new Map<string, Tally>()
  for (const { rows, holds } of rules.values()) {
    for (const row of rows) {
      const { tried, survived } = tallies.get(row) ?? { tried: 0, survived: 0 }
      tallies.set(row, { tried: tried + 1, survived: survived + (holds ? 1 : 0) })
    }
  }
  return tallies
}
