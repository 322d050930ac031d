import { basename } from 'node:path'
import { compileFunction } from 'node:vm'
import ts from 'typescript'
import { linkSnippets, readSnippets } from './snippets.ts'

type Exports = Record<string, unknown>
type Start = (require: (specifier: string) => object, exports: Exports) => void

/**
 * Runs the snippets of a page as modules, each when it is first needed, and gives what they declare at their top by name.
 * `packages` is what they may import; `replace` changes their text, e.g. to the address of a server that is there.
 */
export function runSnippets(
  page: string,
  packages: Readonly<Record<string, object>>,
  replace: (code: string) => string,
): (name: string) => unknown {
  const modules = linkSnippets(readSnippets(page))
  const results = new Map<string, Exports>()

  function require(specifier: string): object {
    const module = modules.find(({ fileName }) => basename(fileName) === specifier.replace('./', ''))
    const found = module ? run(module) : packages[specifier]
    if (!found) throw new Error(`A snippet of ${page} imports ${specifier}, which the test does not give it.`)
    return found
  }

  function run({ fileName, text }: (typeof modules)[number]): Exports {
    const done = results.get(fileName)
    if (done) return done
    const exports: Exports = {}
    results.set(fileName, exports)
    const { outputText } = ts.transpileModule(replace(text), {
      fileName,
      compilerOptions: {
        module: ts.ModuleKind.CommonJS,
        target: ts.ScriptTarget.ES2022,
        jsx: ts.JsxEmit.ReactJSX,
      },
    })
    const start = compileFunction(outputText, ['require', 'exports'], { filename: fileName }) as Start
    start(require, exports)
    return exports
  }

  return name => {
    const module = modules.filter(({ code }) => new RegExp(`(function|const) ${name}\\b`).test(code)).at(-1)
    if (!module) throw new Error(`No snippet of ${page} declares ${name}.`)
    return run(module)[name]
  }
}
