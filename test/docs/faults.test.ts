import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FAULT_ROWS } from '../support/faultTable/faultRows.ts'
import { findFaultTests } from '../support/faultTable/findFaultTests.ts'
import { renderTables } from '../support/faultTable/renderFaultTable.ts'

const tests = findFaultTests('test')
const rows = Object.values(FAULT_ROWS).flat()
const countOf = (id: string) => tests.filter(test => test.rows.includes(id)).length

describe('the fault table', () => {
  test('has a test for every row, or the reason for its absence', () => {
    const untested = rows.filter(({ id, notApplicable }) => notApplicable === undefined && countOf(id) === 0)
    expect(untested).toEqual([])
    const needless = rows.filter(({ id, notApplicable }) => notApplicable !== undefined && countOf(id) > 0)
    expect(needless.map(({ id }) => `${id} applies after all: take its reason away`)).toEqual([])
  })

  test('has every row that a title names', () => {
    const known = new Set(rows.map(({ id }) => id))
    const groups = new Set(rows.map(({ id }) => id.charAt(0)))
    const named = tests.flatMap(test => test.rows).filter(id => groups.has(id.charAt(0)))
    expect(named.filter(id => !known.has(id))).toEqual([])
  })

  test('in docs/faults.md lists the titles of the tests, and all of them passed', () => {
    const tables = renderTables(tests, id => ({ tried: countOf(id), survived: countOf(id) }))
    // Made by `npm run test:faults -- -u`.
    expect(readFileSync('docs/faults.md', 'utf8')).toContain(tables)
  })
})

test('every row that SECURITY.md names has a test', () => {
  const named = [...readFileSync('SECURITY.md', 'utf8').matchAll(/\b[WSLPCAX]\d+\b/g)].map(([id]) => id)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter(id => countOf(id) === 0)).toEqual([])
})
