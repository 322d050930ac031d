import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sidebar } from '../../docs/.vitepress/sidebar.ts'
import { anchorsOf } from './anchors.ts'
import { commandsIn, isCommand } from './commands.ts'
import { compile } from './compile.ts'
import { excerptsOf } from './pageCode.ts'
import { linkSnippets, pages, readPage, readSnippets, root, sitePages } from './snippets.ts'

const known = ['tsx', 'ts', 'js', 'json', 'sh', 'text', 'html', 'nginx', 'python']
const withoutCode = (text: string) => text.replace(/^```[^]*?^```$/gm, '')
const API = 'docs/reference/api/'

test('every TypeScript snippet of every page compiles', { timeout: 180_000 }, () => {
  expect(compile(pages.flatMap(page => linkSnippets(readSnippets(page))))).toEqual([])
})

test('a snippet that does not compile is reported with its line in the page', () => {
  const page =
    'a\n\n```ts\nexport const a = 1\n```\n\n```tsx\nexport const b = a\nexport const c: string = a\n```\n'
  const [message, ...others] = compile(linkSnippets(readSnippets('page.md', page)))
  expect(message).toBe("page.md:9: Type 'number' is not assignable to type 'string'.")
  expect(others).toEqual([])
})

describe.each(pages)('%s', page => {
  const text = readPage(page)
  const snippets = readSnippets(page)

  test('every block of code says its language', () => {
    expect(snippets.filter(({ language }) => !known.includes(language))).toEqual([])
    expect([...text.matchAll(/^```/gm)]).toHaveLength(2 * (snippets.length + excerptsOf(page).length))
  })

  test('every JSON snippet parses', () => {
    for (const { code, language } of snippets) if (language === 'json') JSON.parse(code)
  })

  test('every npm command exists', () => {
    const lines = snippets.flatMap(({ code, language }) => (language === 'sh' ? code.trim().split('\n') : []))
    const commands = [...lines.flatMap(line => line.replace(/ #.*/, '').split('&&')), ...commandsIn(text)]
    expect(commands.filter(command => !isCommand(command.trim()))).toEqual([])
  })

  test('every link inside the repository leads to a file and a heading', () => {
    const links = [...withoutCode(text).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)]
    const broken = links.filter(([, path = '', anchor = '']) => {
      const target = path ? join(dirname(page), path) : page
      if (target.startsWith(API)) return false
      return !existsSync(join(root, target)) || (anchor && !anchorsOf(readPage(target)).includes(anchor))
    })
    expect(broken.map(([link]) => link)).toEqual([])
  })
})

// VitePress reads `{{` as a Vue expression, in inline code as well.
test.each(sitePages)('%s has no double brace outside of a block of code', page => {
  expect(withoutCode(readPage(page))).not.toContain('{{')
})

test.each(sitePages)('%s links only to files of the site', page => {
  const targets = [...withoutCode(readPage(page)).matchAll(/\]\((?!https?:|#)([^)#]*)/g)].map(
    ([, path = '']) => join(dirname(page), path),
  )
  expect(targets.filter(target => !target.startsWith('docs/'))).toEqual([])
})

test('the sidebar lists every page of the site once, and no other', () => {
  const listed = sidebar.flatMap(({ items }) => items).map(({ link }) => `docs${link}`)
  const written = sitePages
    .filter(page => page !== 'docs/index.md')
    .map(page => page.replace(/(?<=\/)index\.md$|\.md$/, ''))
  expect(listed.filter(link => link !== API).sort()).toEqual(written.sort())
})
