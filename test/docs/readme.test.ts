import * as api from 'react-query-realtime'
import { expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { commandsIn, isCommand } from './commands.ts'
import { isCode, readPage, readSnippets, sitePages } from './snippets.ts'

const readme = readPage('README.md')
const lineOf = (pattern: RegExp) => readme.slice(0, readme.search(pattern)).split('\n').length

test('CONTRIBUTING.md names only scripts that there are', () => {
  const text = readPage('CONTRIBUTING.md')
  expect(commandsIn(text).length).toBeGreaterThan(8)
  expect(commandsIn(text).filter(command => !isCommand(command))).toEqual([])
})

test('the README comes to the point: install by line 24, a hook by line 40, a component that works by line 70', () => {
  expect(lineOf(/npm install react-query-realtime/)).toBeLessThanOrEqual(24)
  expect(lineOf(/ = use[A-Z]\w+\(/)).toBeLessThanOrEqual(40)
  expect(lineOf(/<RealtimeProvider /)).toBeLessThanOrEqual(70)
})

test('the README names all that the package exports, and shows each hook', () => {
  const names = Object.keys(api)
  expect(names.filter(name => !new RegExp(`\`[^\`]*\\b${name}\\b`).test(readme))).toEqual([])
  const code = readSnippets('README.md').flatMap(snippet => (isCode(snippet) ? snippet.code : []))
  const hooks = names.filter(name => /^use[A-Z]/.test(name))
  expect(hooks.filter(name => !code.some(text => new RegExp(`\\b${name}[<(]`).test(text)))).toEqual([])
  expect(hooks.filter(name => !readme.includes(`\n## ${name}\n`))).toEqual([])
})

test('what the README links to comes with the package', () => {
  const linked = [...readme.matchAll(/\]\((?!https?:|#)([^)#]*)/g)].map(([, path = '']) => path)
  const comes = (path: string) =>
    packageJson.files.includes(path) || sitePages.includes(path) || /^docs\/.*\.(svg|webp)$/.test(path)
  expect(packageJson.files).toEqual(expect.arrayContaining(['docs/**/*.md', 'docs/**/*.{svg,webp}']))
  expect(linked.filter(path => !comes(path))).toEqual([])
})
