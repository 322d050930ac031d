import { afterEach, beforeEach, expect } from 'vitest'

/** Demo servers greet, and tests handle only the messages that they are about. */
const UNHANDLED = /^react-query-realtime: \S+: no handler, schema or query for messages of type /

/** What this test may log. */
let allowed: readonly RegExp[] = []

/** Lets the running test log errors and warnings that match. A test about logging spies on the console instead. */
export function allowConsole(...patterns: RegExp[]): void {
  allowed = [...allowed, ...patterns]
}

/**
 * Fails each test that logs an error or a warning, whoever logs it: React, TanStack Query, jsdom or this package.
 *
 * @param always what every test may log. Default: messages that nothing handles.
 */
export function guardConsole(always: readonly RegExp[] = [UNHANDLED]): void {
  const originals = { error: console.error, warn: console.warn }
  let logged: string[] = []

  const guarded =
    (level: 'error' | 'warn') =>
    (...values: unknown[]): void => {
      const text = values.map(String).join(' ')
      if (!allowed.some(pattern => pattern.test(text))) logged.push(`console.${level}: ${text}`)
      originals[level](...values)
    }

  beforeEach(() => {
    allowed = always
    logged = []
    console.error = guarded('error')
    console.warn = guarded('warn')
  })
  afterEach(() => {
    Object.assign(console, originals)
    expect(logged, 'A test must log no error and no warning. See allowConsole.').toEqual([])
  })
}
