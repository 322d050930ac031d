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

test('the README has at most 250 lines: install by line 20, a server by line 30, a hook by line 70', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(250)
  expect(lineOf(/npm install react-query-realtime/)).toBeLessThanOrEqual(20)
  expect(lineOf(/new WebSocketServer\(/)).toBeLessThanOrEqual(30)
  expect(lineOf(/ = use[A-Z]\w+\(/)).toBeLessThanOrEqual(70)
})

test('the server of the README has at most 20 lines, and each of the four hooks an example of at most 12', () => {
  const snippets = readSnippets('README.md')
  const linesOf = (pattern: RegExp) => {
    const code = snippets.find(snippet => isCode(snippet) && pattern.test(snippet.code))?.code ?? ''
    return code.split('\n').filter(line => line && !line.startsWith('import ')).length
  }
  const server = linesOf(/new WebSocketServer/)
  const hooks = [/usePolling</, /useLongPoll\(/, /useServerEvents\(/, /useSocket\(/].map(linesOf)
  for (const count of [server, ...hooks]) expect(count).toBeGreaterThan(0)
  expect(server).toBeLessThanOrEqual(20)
  for (const count of hooks) expect(count).toBeLessThanOrEqual(12)
})

test('the README tells how to run the playground and all tests, one command line each', () => {
  const commands = readSnippets('README.md').flatMap(({ language, code }) =>
    language === 'sh' ? code.trim().split('\n') : [],
  )
  expect(commands.filter(line => line.startsWith('npm ci && npm start'))).toHaveLength(1)
  expect(commands.filter(line => line.startsWith('npm ci && npm test'))).toHaveLength(1)
})

test('the sizes in the README are limits that `npm run size` checks', () => {
  const limits = [...readPage('.size-limit.js').matchAll(/entry\('[^']+', '([^']+)'\)/g)].map(
    ([, limit]) => limit,
  )
  const [, line = ''] = /\n## Size and speed\n+(.*)/.exec(readme) ?? []
  const sizes = [...line.matchAll(/[\d.]+ kB/g)].map(([size]) => size)
  expect(sizes).toEqual([limits[0], limits[3], limits[4]])
})

test('the package contains every file that the README links to', () => {
  const linked = [...readme.matchAll(/\]\((?!https?:|#)([^)#]*)/g)].map(([, path = '']) => path)
  const comes = (path: string) =>
    packageJson.files.includes(path) || sitePages.includes(path) || /^docs\/.*\.(svg|webp)$/.test(path)
  expect(packageJson.files).toEqual(expect.arrayContaining(['docs/**/*.md', 'docs/**/*.{svg,webp}']))
  expect(linked.filter(path => !comes(path))).toEqual([])
})
