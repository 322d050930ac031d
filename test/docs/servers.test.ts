import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { readPage, root } from './snippets.ts'

const folder = join(root, 'test/protocols')

/** The lines of a file that do something: no imports, types, comments or empty lines. */
function countLines(path: string): number {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest)
  return source.statements
    .filter(statement => !ts.isImportDeclaration(statement))
    .filter(statement => !ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement))
    .flatMap(statement => statement.getText(source).split('\n'))
    .filter(line => /\S/.test(line) && !/^\s*(\/\/|\/?\*)/.test(line)).length
}

/** The rows of the table of servers, as cells. */
const rows = [...readPage('docs/reference/servers.md').matchAll(/^\| .* `\w+`.*$/gm)].map(([row]) =>
  row.split('|').map(cell => cell.trim()),
)

test('the page of servers lists each client of the protocol tests, with its number of lines', () => {
  const clients = readdirSync(join(folder, 'clients'))
  const listed = rows.flatMap(cells => {
    const [, name] = /`(\w+)`/.exec(cells[4] ?? '') ?? []
    return name ? [[name, Number(cells[3])]] : []
  })
  expect(new Map(listed as [string, number][])).toEqual(
    new Map(clients.map(file => [file.replace('.ts', ''), countLines(join(folder, 'clients', file))])),
  )
})

test('a server that is written from a documentation has at most 40 lines', () => {
  const files = readdirSync(join(folder, 'servers')).map(file => join(folder, 'servers', file))
  const written = files.filter(file => {
    const text = readFileSync(file, 'utf8')
    return /^ ?(\/\*\*| \*).*https:/m.test(text) && !/ from '(?!node:|\.|ws'|vitest')|nginx/.test(text)
  })
  expect(written.length).toBeGreaterThan(8)
  expect(written.filter(file => countLines(file) > 40)).toEqual([])
})
