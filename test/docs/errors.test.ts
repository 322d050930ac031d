import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ERRORS_PAGE } from '../../src/core/advice.ts'
import { RealtimeError, type RealtimeErrorCode } from '../../src/core/errors.ts'
import { anchorsOf } from './anchors.ts'
import { readPage, root } from './snippets.ts'

const page = readPage('docs/reference/errors.md')

/** Must list every code: the type checks it. */
const codes = Object.keys({
  configuration: true,
  'connection-failed': true,
  'connection-lost': true,
  'insecure-origin': true,
  'request-failed': true,
  'request-timeout': true,
  unauthorized: true,
  'untrusted-origin': true,
} satisfies Record<RealtimeErrorCode, true>) as RealtimeErrorCode[]

test('errors link a page below the homepage of package.json, which is this page', () => {
  const { homepage } = JSON.parse(readPage('package.json')) as { homepage: string }
  expect(ERRORS_PAGE).toBe(`${homepage}reference/errors`)
})

test.each(codes.filter(code => code !== 'unauthorized'))('the link of "%s" leads to a section', code => {
  const { message } = new RealtimeError(code, 'It failed.')
  const [, anchor] = /^It failed\. See \S+#(\S+)$/.exec(message) ?? []
  expect(anchorsOf(page)).toContain(anchor)
})

test('the links of refused tokens and of warnings lead to sections', () => {
  expect(anchorsOf(page)).toContain('unauthorized')
  expect(anchorsOf(page)).toContain('warnings')
})

const STRING = /(['"`])((?:(?!\1)[^\\]|\\.)*)\1/.source
const files = readdirSync(join(root, 'src'), { recursive: true })
  .map(name => `src/${String(name)}`)
  .filter(name => /\.tsx?$/.test(name))

/** The texts that a pattern finds in a file of `src`, with … in place of what differs. */
function textsOf(file: string, pattern: RegExp): string[] {
  const found = readPage(file).matchAll(new RegExp(pattern.source.replace('STRING', STRING), 'g'))
  return [...found].map(match => (match.at(-1) ?? '').replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…'))
}

test('the page lists every message of an error that names a mistake, and every warning', () => {
  const thrown = /(?:(?:Configuration|ConnectionLost)Error|impossible|#refuse)\(\s*(?:withAdvice\(\s*)?STRING/
  const errors = files.flatMap(file => textsOf(file, thrown))
  const warnings = [
    ...textsOf('src/core/warnOnce.ts', /\n +return STRING(?=\n)/),
    ...files.flatMap(file => textsOf(file, /\n +\(\) =>\s+STRING,\n/)),
  ].map(text => text.replace(/^….*: (?=the )/, ''))
  expect([errors.length > 40, warnings.length > 8]).toEqual([true, true])
  const missing = [...errors, ...warnings].filter(text => text.length > 15 && !page.includes(`\`${text}\``))
  expect([...new Set(missing)]).toEqual([])
})
