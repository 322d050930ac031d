import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

/** What a command reports of its tests, if it runs any, and how it exits. */
interface Outcome {
  passed?: number
  failed?: number
  code?: number
  reports?: false
}

/** Runs `.ci/run` with another `npm`: `outcomes` maps commands to the counts in their reports and their exit codes. */
function runCi(outcomes: Record<string, Outcome>) {
  const folder = mkdtempSync(join(tmpdir(), 'ci-run-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const npm = `#!/usr/bin/env node
    const fs = require('node:fs')
    const command = process.argv.slice(2).join(' ')
    const outcome = ${JSON.stringify(outcomes)}[command] ?? {}
    if (process.env.TEST_REPORT && outcome.reports !== false) {
      const report = { numPassedTests: outcome.passed ?? 0, numFailedTests: outcome.failed ?? 0 }
      fs.writeFileSync(process.env.TEST_REPORT, JSON.stringify(report))
    }
    process.exit(outcome.code ?? 0)`
  writeFileSync(join(folder, 'npm'), npm)
  chmodSync(join(folder, 'npm'), 0o755)
  // Everything is installed already.
  writeFileSync(join(folder, 'dpkg'), '#!/bin/sh\nexit 0', { mode: 0o755 })
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` }
  const { status, stdout } = spawnSync('bash', ['.ci/run'], { env, encoding: 'utf8' })
  const lines = stdout.trimEnd().split('\n')
  return { status, lastLine: lines.at(-1), output: stdout }
}

test('the last line of .ci/run sums the reports of all test runs', () => {
  const outcomes = {
    test: { passed: 20 },
    'run test:slow': { passed: 3 },
    'run test:protocols': { passed: 2 },
    'run test:engines': { passed: 4 },
    'run test:examples': { passed: 1 },
  }
  const { status, lastLine } = runCi(outcomes)
  expect([status, lastLine]).toEqual([0, '30 passed, 0 failed'])
})

test('.ci/run fails with the failures of the slow tests', () => {
  const outcomes = { test: { passed: 20 }, 'run test:slow': { passed: 1, failed: 2, code: 1 } }
  const { status, lastLine } = runCi(outcomes)
  expect([status, lastLine]).toEqual([1, '21 passed, 2 failed'])
})

test('.ci/run fails if a step fails before any test', () => {
  const { status, lastLine, output } = runCi({ 'run lint': { code: 2 } })
  expect([status, lastLine]).toEqual([2, '0 passed, 1 failed'])
  expect(output).toContain('== lint: FAILED')
})

test('.ci/run fails if a test run writes no report', () => {
  const { status, lastLine, output } = runCi({ test: { passed: 20 }, 'run test:slow': { reports: false } })
  expect([status, lastLine]).toEqual([1, '20 passed, 1 failed'])
  expect(output).toContain('== test:slow: wrote no report')
})
