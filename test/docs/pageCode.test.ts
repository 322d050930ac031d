import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { codeFiles, excerptsOf, faultOf, readCode, regionsOf, withCode } from './pageCode.ts'
import { readPage, root, sitePages } from './snippets.ts'

const excerpts = sitePages.flatMap(page => excerptsOf(page))
const tests = readdirSync(join(root, 'test/docs/guides')).map(name => readCode(`test/docs/guides/${name}`))

test('every excerpt of a page names a file and a region that exist', () => {
  const faults = excerpts.map(excerpt => ({ page: excerpt.page, fault: faultOf(excerpt) }))
  expect(faults.filter(({ fault }) => fault)).toEqual([])
})

test('every excerpt repeats its file: `npm run docs:code` updates the pages', () => {
  expect(sitePages.filter(page => withCode(readPage(page)) !== readPage(page))).toEqual([])
})

test('an excerpt has the lines of its region without their common indentation and without nested regions', () => {
  const page = '<!-- code: docs/code/jobs.tsx#view -->\n\n```tsx\nold\n```\n\nText.\n'
  const [first, , fence, ...rest] = withCode(page).split('\n')
  expect([first, fence]).toEqual(['<!-- code: docs/code/jobs.tsx#view -->', '```tsx'])
  expect(rest[0]).toMatch(/^\S/)
  expect(rest.join('\n')).toMatch(/\n```\n\nText\.\n$/)
  expect(rest.join('\n')).not.toMatch(/#region|old/)
})

/** A server that a guide only needs to run: pages may show a part of it, or nothing. */
const isServer = (file: string) => file.endsWith('Server.ts')

test('every file in docs/code is shown by a page, each of its regions, too', () => {
  const isShown = (file: string, region?: string) =>
    excerpts.some(excerpt => excerpt.file === file && excerpt.region === region)
  const hidden = codeFiles
    .filter(file => !isServer(file))
    .flatMap(file => {
      const regions = regionsOf(readCode(file))
      if (regions.length === 0) return isShown(file) ? [] : [file]
      return regions.filter(region => !isShown(file, region)).map(region => `${file}#${region}`)
    })
  expect(hidden).toEqual([])
})

test('every region in docs/code that is opened is closed', () => {
  const open = codeFiles.filter(
    file => regionsOf(readCode(file)).length !== (readCode(file).match(/#region/g) ?? []).length,
  )
  expect(open).toEqual([])
})

test('every file in docs/code is run by a test of the guides, or by a file that one runs', () => {
  const names = (text: string) => codeFiles.filter(file => text.includes(`/${basename(file)}'`))
  const run = new Set(tests.flatMap(names))
  for (const file of run) for (const next of names(readCode(file))) run.add(next)
  expect(codeFiles.filter(file => !run.has(file))).toEqual([])
})
