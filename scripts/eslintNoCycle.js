import { readFileSync, statSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import ts from 'typescript'

/** @type {Map<string, { mtimeMs: number, imports: string[] }>} */
const cache = new Map()

/** The relative imports of a text as absolute paths with their location. Types, re-exports and `import()` count. */
function importsOf(path, text) {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName, pos }) => ({ target: resolve(dirname(path), fileName), pos }))
}

function importsOnDisk(path) {
  const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (mtimeMs === undefined) return []
  const known = cache.get(path)
  if (known?.mtimeMs === mtimeMs) return known.imports
  const imports = importsOf(path, readFileSync(path, 'utf8')).map(({ target }) => target)
  cache.set(path, { mtimeMs, imports })
  return imports
}

/** The shortest chain of imports from `first` to `goal`, both included, or `undefined`. */
function chain(first, goal) {
  const cameFrom = new Map([[first, undefined]])
  // A Map iterates over entries that are added meanwhile, so this is a breadth-first search.
  for (const [path] of cameFrom) {
    if (path === goal) {
      const steps = []
      for (let step = path; step !== undefined; step = cameFrom.get(step)) steps.unshift(step)
      return steps
    }
    for (const next of importsOnDisk(path)) if (!cameFrom.has(next)) cameFrom.set(next, path)
  }
  return undefined
}

/** Forbids import cycles, including type imports: a cycle of types ties files together as much as one of values. */
export const noCycle = {
  meta: { type: 'problem', schema: [], messages: { cycle: 'Import cycle: {{ steps }}' } },
  create(context) {
    const { filename, sourceCode, cwd } = context
    return {
      Program() {
        for (const { target, pos } of importsOf(filename, sourceCode.text)) {
          const steps = chain(target, filename)
          if (!steps) continue
          const data = { steps: [filename, ...steps].map(step => relative(cwd, step)).join(' → ') }
          context.report({ loc: sourceCode.getLocFromIndex(pos), messageId: 'cycle', data })
        }
      },
    }
  },
}
