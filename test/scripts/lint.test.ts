import { ESLint } from 'eslint'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import tseslint from 'typescript-eslint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// The rules under test only read the text. Without the type-aware rules, the text need not exist as a file.
const overrideConfig = [
  tseslint.configs.disableTypeChecked,
  { languageOptions: { parserOptions: { projectService: false } } },
]
const eslint = new ESLint({ overrideConfig })

async function rulesBroken(filePath: string, text: string): Promise<string[]> {
  const results = await eslint.lintText(text, { filePath })
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message))
}

// The first text loads every plugin.
beforeAll(async () => {
  await rulesBroken('src/core/a.ts', '')
})

const direction = '@typescript-eslint/no-restricted-imports'
const importing = (source: string) => `export { thing } from '${source}'\n`

describe('import directions', () => {
  it.each([
    ['src/core/a.ts', '../cache/b.ts'],
    ['src/core/a.ts', '../providers/b.ts'],
    ['src/core/a.ts', '../hooks/b.ts'],
    ['src/core/a.ts', '../index.ts'],
    ['src/core/a.ts', 'react'],
    ['src/core/a.ts', 'react-dom/client'],
    ['src/core/a.ts', '@tanstack/react-query'],
    ['src/core/a.ts', 'react-query-realtime'],
    ['src/cache/a.ts', '../providers/b.ts'],
    ['src/cache/a.ts', '../hooks/b.ts'],
    ['src/cache/a.ts', '../index.ts'],
    ['src/cache/a.ts', 'react'],
    ['src/cache/a.ts', '@tanstack/react-query'],
    ['src/providers/a.tsx', '../hooks/b.ts'],
    ['src/providers/a.tsx', '../index.ts'],
    ['src/hooks/a.ts', '../index.ts'],
    ['src/hooks/a.ts', 'react-query-realtime'],
    ['src/worker/a.ts', '../cache/b.ts'],
    ['src/worker/a.ts', '../providers/b.ts'],
    ['src/worker/a.ts', '../hooks/b.ts'],
    ['src/worker/a.ts', '../index.ts'],
    ['src/worker/a.ts', 'react'],
    ['src/worker/a.ts', '@tanstack/react-query'],
    ['src/core/a.ts', '../worker/b.ts'],
    ['src/providers/a.ts', '../worker/b.ts'],
    ['src/protocols/a.ts', '../core/b.ts'],
    ['src/protocols/a.ts', '../hooks/b.ts'],
    ['stories/A.stories.tsx', '../src/index.ts'],
    ['stories/server/a.ts', '../../src/core/b.ts'],
    ['test/hooks/a.test.tsx', '../../src/hooks/b.ts'],
    ['test/providers/a.test.tsx', '../../src/index.ts'],
    ['test/browser/a.test.tsx', '../../src/core/b.ts'],
    ['test/types/a.test-d.ts', '../../src/index.ts'],
  ])('%s may not import %s', async (filePath, source) => {
    expect(await rulesBroken(filePath, importing(source))).toEqual([direction])
  })

  it.each([
    ['src/index.ts', './hooks/b.ts'],
    ['src/core/a.ts', './b.ts'],
    ['src/core/a.ts', 'reconnecting-websocket'],
    ['src/cache/a.ts', '../core/b.ts'],
    ['src/worker/a.ts', '../core/b.ts'],
    ['src/worker/a.ts', './b.ts'],
    ['src/providers/a.tsx', '../cache/b.ts'],
    ['src/providers/a.tsx', '../core/b.ts'],
    ['src/providers/a.tsx', 'react'],
    ['src/hooks/a.ts', '../providers/b.tsx'],
    ['src/hooks/a.ts', '../cache/b.ts'],
    ['src/hooks/a.ts', '../core/b.ts'],
    ['src/hooks/a.ts', '@tanstack/react-query'],
    ['stories/A.stories.tsx', 'react-query-realtime'],
    ['test/hooks/a.test.tsx', 'react-query-realtime'],
    ['test/core/a.test.ts', '../../src/core/b.ts'],
    ['test/cache/a.test.ts', '../../src/cache/b.ts'],
  ])('%s may import %s', async (filePath, source) => {
    expect(await rulesBroken(filePath, importing(source))).toEqual([])
  })

  it('apply to types, too, but the cache may import types of TanStack Query, and protocols those of core', async () => {
    const type = (source: string) => `export type { Thing } from '${source}'\n`
    expect(await rulesBroken('src/core/a.ts', type('../hooks/b.ts'))).toEqual([direction])
    expect(await rulesBroken('src/core/a.ts', type('@tanstack/react-query'))).toEqual([direction])
    expect(await rulesBroken('src/cache/a.ts', type('@tanstack/react-query'))).toEqual([])
    expect(await rulesBroken('src/protocols/a.ts', type('../core/b.ts'))).toEqual([])
    expect(await rulesBroken('src/protocols/a.ts', type('../cache/b.ts'))).toEqual([direction])
  })

  it.each([
    ["export const late = import('../hooks/b.ts')", 'no-restricted-syntax'],
    ["export type Late = import('../hooks/b.ts').Late", '@typescript-eslint/consistent-type-imports'],
  ])('cannot be bypassed by %s', async (text, rule) => {
    expect(await rulesBroken('src/core/a.ts', `${text}\n`)).toEqual([rule])
  })
})

describe('the library', () => {
  it.each(['window', 'document', 'localStorage'])('has no %s in its core', async name => {
    const text = `export const read = (): unknown => ${name}\n`
    expect(await rulesBroken('src/core/a.ts', text)).toEqual(['no-restricted-globals'])
    expect(await rulesBroken('src/hooks/a.ts', text)).not.toContain('no-restricted-globals')
  })

  it('has no default exports', async () => {
    expect(await rulesBroken('src/core/a.ts', 'export default 1\n')).toEqual(['no-restricted-syntax'])
  })

  it('has small files and functions with few parameters', async () => {
    const lines = (count: number) => 'go()\n'.repeat(count)
    const head = 'declare function go(): void\n'
    expect(await rulesBroken('src/core/a.ts', head + lines(300))).toEqual(['max-lines'])
    expect(await rulesBroken('src/protocols/a.ts', head + lines(60))).toEqual(['max-lines'])
    expect(await rulesBroken('src/core/a.ts', `${head}export function long() {\n${lines(50)}}\n`)).toEqual([
      'max-lines-per-function',
    ])
    const params =
      'export const sum = (a: number, b: number, c: number, d: number): number => a + b + c + d\n'
    expect(await rulesBroken('src/core/a.ts', params)).toEqual(['max-params'])
  })
})

describe('no-cycle', () => {
  let folder: string
  let inFolder: ESLint

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'no-cycle-'))
    await mkdir(join(folder, 'src/core'), { recursive: true })
    await writeFile(join(folder, 'src/core/b.ts'), "export type { C } from './c.ts'\n")
    await writeFile(join(folder, 'src/core/c.ts'), "import type { A } from './a.ts'\nexport type C = A\n")
    const overrideConfigFile = fileURLToPath(new URL('../../eslint.config.js', import.meta.url))
    inFolder = new ESLint({ cwd: folder, overrideConfigFile, overrideConfig })
  })

  afterAll(() => rm(folder, { recursive: true }))

  it.each([
    "import type { B } from './b.ts'\nexport type A = B",
    "export { B } from './b.ts'",
    "export * from './b.ts'",
  ])('detects a cycle through two more files, even by types alone: %s', async text => {
    const [result] = await inFolder.lintText(`${text}\n`, { filePath: join(folder, 'src/core/a.ts') })
    const steps = ['a', 'b', 'c', 'a'].map(name => join('src', 'core', `${name}.ts`)).join(' → ')
    expect(result?.messages.map(({ message }) => message)).toEqual([`Import cycle: ${steps}`])
  })

  it('allows imports that do not lead back to the file', async () => {
    const [result] = await inFolder.lintText("export * from './b.ts'\n", {
      filePath: join(folder, 'src/core/d.ts'),
    })
    expect(result?.messages).toEqual([])
  })
})
