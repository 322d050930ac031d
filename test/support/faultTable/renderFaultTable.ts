import { FAULT_ROWS } from './faultRows.ts'
import type { FaultTest } from './findFaultTests.ts'

/** What was tried of one row: rules, and how many of them held. */
export interface Tally {
  tried: number
  survived: number
}

const START = '<!-- The tables come from `npm run test:faults -- -u`. -->'
const END = '<!-- End of the tables. -->'

/** The page with new tables. */
export function withTables(page: string, tables: string): string {
  const [before, after] = [page.indexOf(START), page.indexOf(END)]
  if (before < 0 || after < before) throw new Error(`The page needs the lines ${START} and ${END}`)
  return `${page.slice(0, before + START.length)}\n\n${tables}\n${page.slice(after)}`
}

/** One table per group, in Prettier's Markdown: what was tried, what survived, and the rules. */
export function renderTables(tests: readonly FaultTest[], tally: (row: string) => Tally): string {
  return Object.entries(FAULT_ROWS)
    .map(([group, rows]) => {
      const lines = rows.map(({ id, fault, notApplicable }) => {
        if (notApplicable !== undefined) return [id, fault, '', '', `does not apply: ${notApplicable}`]
        const { tried, survived } = tally(id)
        return [id, fault, String(tried), String(survived), rulesOf(tests, id)]
      })
      const head = [['', 'fault', 'tried', 'survived', 'what happens']]
      return `## ${group}\n\n${renderTable([...head, ...lines])}\n`
    })
    .join('\n')
}

function rulesOf(tests: readonly FaultTest[], row: string): string {
  const titles = tests.filter(({ rows }) => rows.includes(row)).map(({ title }) => title)
  return [...new Set(titles.map(escape))].join(';<br>')
}

function escape(title: string): string {
  return title.replace(/ \([A-Z]\d+(, [A-Z]\d+)*\)$/, '').replace(/[|<_*\\]/g, character => `\\${character}`)
}

function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_cell, column) => Math.max(3, ...rows.map(cells => cells[column]!.length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const [head, ...body] = rows
  return [line(head!), line(widths.map(width => '-'.repeat(width))), ...body.map(line)].join('\n')
}
