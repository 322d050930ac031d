import { join } from 'node:path'
import ts from 'typescript'
import { root, type SnippetModule } from './snippets.ts'

/** Of what a header imports, not all is used. */
const UNUSED = new Set([6133, 6192, 6196, 6198])

/** The files that programs share. Their options are the same, so each file is parsed once. */
const parsed = new Map<string, ts.SourceFile | undefined>()

/** The options of `tsconfig.json`, for JavaScript too. */
export function readOptions(): ts.CompilerOptions {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), path => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  return { ...options, allowJs: true, checkJs: true }
}

/** What JavaScript leaves out on purpose: the types of parameters and of indexes. */
const IMPLICIT_ANY = new Set([7006, 7031, 7053])

/** Compiles modules that are in no file, with the options of `tsconfig.json`. */
export function createProgram(roots: readonly string[], modules: readonly SnippetModule[] = []): ts.Program {
  const options = readOptions()
  const texts = new Map(modules.map(({ fileName, text }) => [fileName, text]))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = name => texts.has(name) || fileExists(name)
  host.readFile = name => texts.get(name) ?? readFile(name)
  host.getSourceFile = (name, version, ...rest) => {
    const text = texts.get(name)
    if (text !== undefined) return ts.createSourceFile(name, text, version)
    const source = parsed.get(name) ?? getSourceFile(name, version, ...rest)
    parsed.set(name, source)
    return source
  }
  return ts.createProgram(roots, options, host)
}

/** The compiler errors in a page's snippets, each with its line in the page. */
export function compile(modules: readonly SnippetModule[]): string[] {
  // Augmenting `Register` changes a whole program, so such a snippet and those after it, up to the next, are one apart.
  const augmented: SnippetModule[][] = []
  for (const module of modules) {
    const last = augmented.at(-1)
    if (module.code.includes('declare module')) augmented.push([module])
    else if (last?.[0]?.page === module.page) last.push(module)
  }
  const together = modules.filter(module => !augmented.flat().includes(module))
  return [together, ...augmented].flatMap(group => {
    const program = createProgram(
      [...group.map(({ fileName }) => fileName), join(root, 'test/docs/reactNative.d.ts')],
      modules,
    )
    return group.flatMap(module => diagnose(program, module))
  })
}

function diagnose(program: ts.Program, { fileName, header, page, line, language }: SnippetModule): string[] {
  const source = program.getSourceFile(fileName)
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  return found.flatMap(({ start = 0, code, messageText }) => {
    if (start < header.length && UNUSED.has(code)) return []
    if (language === 'js' && IMPLICIT_ANY.has(code)) return []
    const offset = source?.getLineAndCharacterOfPosition(start).line ?? 0
    return `${page}:${line + offset}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
}
