import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { isCode, pages, readSnippets, root } from './snippets.ts'

/** The code that users copy: of the pages, the stories and the benchmark. */
function examples(): { name: string; code: string }[] {
  const snippets = pages
    .flatMap(page => readSnippets(page))
    .filter(isCode)
    .map(({ page, line, code }) => ({ name: `${page}:${line}`, code }))
  const files = ['stories', 'bench'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => /\.tsx?$/.test(name))
      .map(name => ({ name: `${folder}/${name}`, code: readFileSync(join(root, folder, name), 'utf8') })),
  )
  return [...snippets, ...files]
}

/** Calls of `useQuery` with options in place that have no `queryFn`. */
function queriesWithoutFunction({ name, code }: { name: string; code: string }): string[] {
  const found: string[] = []
  const source = ts.createSourceFile('a.tsx', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX)
  const visit = (node: ts.Node): void => {
    const isQuery = ts.isCallExpression(node) && node.expression.getText() === 'useQuery'
    const options = isQuery ? node.arguments[0] : undefined
    if (options && ts.isObjectLiteralExpression(options)) {
      const { properties } = options
      const hasSpread = properties.some(ts.isSpreadAssignment)
      if (!hasSpread && !properties.some(({ name: key }) => key?.getText() === 'queryFn'))
        found.push(`${name}: ${node.getText()}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

test('no example has a query without a queryFn, for which TanStack Query logs an error on each render', () => {
  const code = examples()
  expect(code.filter(example => example.code.includes('useQuery')).length).toBeGreaterThan(5)
  expect(code.flatMap(queriesWithoutFunction)).toEqual([])
})
