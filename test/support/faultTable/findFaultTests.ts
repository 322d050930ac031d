import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { rowsOf } from './rowsOf.ts'

/** A test that covers rows of the fault table. */
export interface FaultTest {
  file: string
  title: string
  rows: readonly string[]
}

/** The tests under `root` (e.g. `test`) whose titles name rows, as they are written; one of several cases is one. */
export function findFaultTests(root: string): FaultTest[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map(name => join(root, name))
  return files
    .filter(file => /\.test\.tsx?$/.test(file) && !file.includes('node_modules'))
    .sort()
    .flatMap(file => testsIn(file))
}

function testsIn(file: string): FaultTest[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest)
  const found: FaultTest[] = []
  const visit = (node: ts.Node, outer: readonly string[]): void => {
    const title = ts.isCallExpression(node) ? titleOf(node) : undefined
    const path = title === undefined ? outer : [...outer, title]
    const rows = title === undefined ? [] : rowsOf(title)
    if (rows.length > 0) found.push({ file, title: path.join(' '), rows })
    node.forEachChild(child => visit(child, path))
  }
  visit(source, [])
  return found
}

/** The title that a call of `test`, `it` or `describe` gives, also through `.each(…)`. */
function titleOf({ expression, arguments: [first] }: ts.CallExpression): string | undefined {
  if (!first || !ts.isStringLiteralLike(first)) return undefined
  let callee: ts.Node = expression
  while (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) callee = callee.expression
  const isTest = ts.isIdentifier(callee) && ['test', 'it', 'describe'].includes(callee.text)
  return isTest ? first.text : undefined
}
