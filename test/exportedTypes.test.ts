import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { createProgram } from './docs/compile.ts'
import { root } from './docs/snippets.ts'

const entries = ['src/index.ts', 'src/protocols/index.ts', 'src/engines/index.ts'].map(path =>
  join(root, path),
)
const program = createProgram(entries)
const checker = program.getTypeChecker()
const resolve = (symbol: ts.Symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol

/** The names of our own types that a signature mentions. */
function typesIn(node: ts.Node, found = new Set<ts.Symbol>()): Set<ts.Symbol> {
  // Bodies and private members are in no declaration file.
  if (ts.isBlock(node) || (ts.isPropertyDeclaration(node) && ts.isPrivateIdentifier(node.name))) return found
  if (ts.isVariableDeclaration(node) && node.type) return typesIn(node.type, found)
  const name = ts.isTypeReferenceNode(node)
    ? node.typeName
    : ts.isExpressionWithTypeArguments(node)
      ? node.expression
      : undefined
  const symbol = name && checker.getSymbolAtLocation(name)
  if (symbol) found.add(resolve(symbol))
  node.forEachChild(child => void typesIn(child, found))
  return found
}

const isOwn = (symbol: ts.Symbol) =>
  symbol.declarations?.some(
    node =>
      (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node) || ts.isTypeAliasDeclaration(node)) &&
      node.getSourceFile().fileName.startsWith(join(root, 'src')),
  )

test('every type in the signature of an exported function or interface is exported', () => {
  const exported = new Map(
    entries
      .map(entry => checker.getSymbolAtLocation(program.getSourceFile(entry)!)!)
      .flatMap(module => checker.getExportsOfModule(module))
      .map(symbol => [resolve(symbol), symbol.name]),
  )
  const missing = [...exported].flatMap(([symbol, name]) =>
    (symbol.declarations ?? [])
      .filter(node => !ts.isTypeAliasDeclaration(node) && !ts.isClassDeclaration(node))
      .flatMap(node => [...typesIn(node)])
      .filter(type => isOwn(type) && !exported.has(type))
      .map(type => `${name}: ${type.name}`),
  )
  expect(missing).toEqual([])
})
