import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import ts from 'typescript'

export const root = join(import.meta.dirname, '../..')

/** The pages of the site that people write, relative to the root: the generated API pages are not among them. */
export const sitePages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .map(name => `docs/${name.replaceAll('\\', '/')}`)
  .filter(name => name.endsWith('.md') && !/^docs\/(\.vitepress|reference\/api)\//.test(name))
  .sort()

/** The pages that users read, relative to the root. */
export const pages = ['README.md', 'SECURITY.md', ...sitePages]

/** A fenced block of code that is written in the page; `line` is that of its first line of code in the page, from 1. */
export interface Snippet {
  page: string
  line: number
  language: string
  code: string
}

export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

export function readSnippets(page: string, text = readPage(page)): Snippet[] {
  const blocks = [...text.matchAll(/^```(\w*).*\n([^]*?)^```$/gm)]
  // The code of an excerpt is compiled where it comes from.
  const written = blocks.filter(({ index }) => !/<!-- code: \S+ -->\n\n$/.test(text.slice(0, index)))
  return written.map(({ index, 1: language = '', 2: code = '' }) => ({
    page,
    line: text.slice(0, index).split('\n').length + 1,
    language,
    code,
  }))
}

/** A snippet as a module: `header` stands on the snippet's first line, so that lines stay what they are. */
export interface SnippetModule extends Snippet {
  fileName: string
  header: string
  text: string
}

/** The modules of a page's snippets of code. Each may use the names that an earlier one declares at its top. */
export function linkSnippets(snippets: readonly Snippet[]): SnippetModule[] {
  const declaredBefore = new Map<string, { fileName: string; isType: boolean }>()
  return snippets.filter(isCode).map(snippet => {
    const fileName = join(root, `${snippet.page.replaceAll('/', '.')}.${snippet.line}.${snippet.language}`)
    const source = ts.createSourceFile(fileName, snippet.code, ts.ScriptTarget.Latest)
    const { used, own, imported } = namesOf(source)
    const header = [...used].map(name => {
      const from = own.has(name) || imported.has(name) ? undefined : declaredBefore.get(name)
      return from
        ? `import ${from.isType ? 'type ' : ''}{ ${name} } from './${basename(from.fileName)}';`
        : ''
    })
    const footer = [...own].map(([name, { isType, isExported }]) => {
      declaredBefore.set(name, { fileName, isType })
      return isExported ? '' : `export ${isType ? 'type ' : ''}{ ${name} };`
    })
    const text = `${header.join('')}${snippet.code}\n${footer.join('')}`
    return { ...snippet, fileName, header: header.join(''), text }
  })
}

export function isCode({ language }: Snippet): boolean {
  return ['ts', 'tsx', 'js'].includes(language)
}

type Declared = Map<string, { isType: boolean; isExported: boolean }>

/** What a module declares at its top, what it imports, and every identifier in it. */
function namesOf(source: ts.SourceFile) {
  const own: Declared = new Map()
  const imported = new Set<string>()
  const used = new Set<string>()
  const collect = (node: ts.Node, names: { add(name: string): void }) => {
    if (ts.isIdentifier(node)) names.add(node.text)
    ts.forEachChild(node, child => collect(child, names))
  }
  for (const statement of source.statements) {
    collect(statement, used)
    if (ts.isImportDeclaration(statement)) collect(statement, imported)
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
    for (const name of declaredBy(statement)) {
      const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
      own.set(name, { isType, isExported })
    }
  }
  return { own, imported, used }
}

function declaredBy(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name))
  }
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  return isNamed && statement.name ? [statement.name.text] : []
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap(element => (ts.isBindingElement(element) ? boundNames(element.name) : []))
}
