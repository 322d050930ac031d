import type { Reporter, TestModule } from 'vitest/node'
import type { FaultLine, Outcome } from './Engine.ts'

function describeOutcome({ lost, doubled, gaps, refetches, converged, status, stall }: Outcome): string {
  const counted = [...new Set(gaps)].map(cause => {
    const count = gaps.filter(each => each === cause).length
    return count > 1 ? `${cause} ×${count}` : cause
  })
  return [
    `${lost} lost`,
    doubled > 0 && `${doubled} twice`,
    counted.length > 0 && counted.join(', '),
    refetches > 0 && `${refetches} fetched`,
    !converged && 'DIFFERS',
    status !== 'open' && status,
    stall > 0 && `${(stall / 1_000).toFixed(1)} s`,
  ]
    .filter(Boolean)
    .join(' / ')
}

/** A table for each engine: faults by transports. */
export function renderTables(lines: readonly FaultLine[]): string {
  const engines = [...new Set(lines.map(({ engine }) => engine))]
  return engines
    .map(engine => {
      const own = lines.filter(line => line.engine === engine)
      const transports = [...new Set(own.flatMap(({ outcomes }) => Object.keys(outcomes)))]
      const rows = own.map(({ fault, outcomes }) => [
        fault,
        ...transports.map(each => (outcomes[each] ? describeOutcome(outcomes[each]) : '')),
      ])
      const table = [[engine, ...transports], transports.map(() => '---').concat('---'), ...rows]
      return table.map(cells => `| ${cells.join(' | ')} |`).join('\n')
    })
    .join('\n\n')
}

/** Prints the tables after all tests, and how many tests did not run. */
export class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const metas = modules.flatMap(({ children }) => Array.from(children.allTests(), test => test.meta()))
    const lines = metas.flatMap(({ faultLine }) => faultLine ?? [])
    const skipped = metas.reduce((sum, { skippedTests = 0 }) => sum + skippedTests, 0)
    if (lines.length > 0) {
      console.log(
        `\nRows lost, rows that came twice, gaps, fetches after them, and the longest wait between two messages:\n`,
      )
      console.log(`${renderTables(lines)}\n`)
    }
    if (skipped > 0) console.log(`SKIPPED: ${skipped} TESTS OF ENGINES THAT ARE NOT INSTALLED HERE\n`)
  }
}
