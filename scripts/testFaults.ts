import { startVitest } from 'vitest/node'
import { FaultReporter } from '../test/support/faultTable/faultReporter.ts'
import { findFaultTests } from '../test/support/faultTable/findFaultTests.ts'

// Runs only the tests of the fault table and prints the table of results; `-u` writes it to docs/faults.md.
const files = [...new Set(findFaultTests('test').map(({ file }) => file))]
const vitest = await startVitest('test', files, {
  watch: false,
  // The rules are the same with React 18.
  project: ['!hooks-react18'],
  includeTaskLocation: true,
  testNamePattern: String.raw`\([A-Z]\d+(, [A-Z]\d+)*\)$`,
  update: process.argv.includes('-u'),
  reporters: ['dot', new FaultReporter()],
})
await vitest.close()
