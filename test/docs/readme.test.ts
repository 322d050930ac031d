import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as api from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { compile } from './compile.ts'
import { isCode, linkSnippets, pages, readPage, readSnippets, root } from './snippets.ts'

const readme = readPage('README.md')
const lineOf = (pattern: RegExp) => readme.slice(0, readme.search(pattern)).split('\n').length

describe.each(pages)('%s', page => {
  const text = readPage(page)
  const snippets = readSnippets(page)

  test('every block of code says its language', () => {
    const known = ['tsx', 'ts', 'js', 'json', 'sh', 'text']
    expect(snippets.filter(({ language }) => !known.includes(language))).toEqual([])
    expect([...text.matchAll(/^```/gm)]).toHaveLength(2 * snippets.length)
  })

  test('every TypeScript snippet compiles', { timeout: 120_000 }, () => {
    expect(compile(linkSnippets(snippets))).toEqual([])
  })

  test('every JSON snippet parses', () => {
    for (const { code, language } of snippets) if (language === 'json') JSON.parse(code)
  })

  test('a shell snippet names only scripts and packages that there are', () => {
    const lines = snippets.flatMap(({ code, language }) => (language === 'sh' ? code.trim().split('\n') : []))
    expect(lines.flatMap(line => line.split('&&')).filter(command => !isCommand(command.trim()))).toEqual([])
    expect(commandsIn(text).filter(command => !isCommand(command))).toEqual([])
  })

  test('every link inside the repository leads somewhere', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)]
    const broken = links.filter(([, path = '', anchor = '']) => {
      const target = path ? join(dirname(page), path) : page
      return !existsSync(join(root, target)) || (anchor && !anchorsOf(readPage(target)).includes(anchor))
    })
    expect(broken.map(([link]) => link)).toEqual([])
  })
})

test('CONTRIBUTING.md names only scripts that there are', () => {
  const text = readPage('CONTRIBUTING.md')
  expect(commandsIn(text).length).toBeGreaterThan(8)
  expect(commandsIn(text).filter(command => !isCommand(command))).toEqual([])
})

test('a snippet that does not compile is reported with its line in the page', () => {
  const page =
    'a\n\n```ts\nexport const a = 1\n```\n\n```tsx\nexport const b = a\nexport const c: string = a\n```\n'
  const [message, ...others] = compile(linkSnippets(readSnippets('page.md', page)))
  expect(message).toBe("page.md:9: Type 'number' is not assignable to type 'string'.")
  expect(others).toEqual([])
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
  const linked = [...readme.matchAll(/\]\((?!https?:|#)([^)#]*)/g)].map(([, path]) => path)
  expect(linked.filter(path => !packageJson.files.includes(path ?? ''))).toEqual([])
})

/** The npm commands that a text names between backticks. */
function commandsIn(text: string): string[] {
  const inline = text.replace(/^```[^]*?^```$/gm, '')
  return [...inline.matchAll(/`(npm [^`]+)`/g)].flatMap(([, commands = '']) =>
    commands.split('&&').map(command => command.trim()),
  )
}

function isCommand(command: string): boolean {
  const { scripts, name, peerDependencies } = packageJson
  const [npm, verb = '', ...args] = command.replace(/ -- .*/, '').split(' ')
  if (npm !== 'npm') return false
  if (verb === 'ci') return args.every(arg => arg === '--dry-run')
  if (verb === 'install') return args.every(arg => arg === name || arg in peerDependencies)
  if (verb === 'run') return args.length === 1 && (args[0] ?? '') in scripts
  return args.length === 0 && ['start', 'test'].includes(verb) && verb in scripts
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
