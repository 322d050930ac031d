import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { readPage, root } from './snippets.ts'

/** A line of a page that shows a region of a file: `<<< @/code/start.tsx#hook{tsx}`. */
export interface Excerpt {
  page: string
  /** The file's path from the root. */
  file: string
  region: string | undefined
}

const CODE = 'docs/code'

/** The files of code that pages show, from the root. */
export const codeFiles = readdirSync(join(root, CODE), { recursive: true, encoding: 'utf8' })
  .map(name => `${CODE}/${name.replaceAll('\\', '/')}`)
  .filter(name => /\.(ts|tsx|js)$/.test(name))
  .sort()

export function excerptsOf(page: string, text = readPage(page)): Excerpt[] {
  return [...text.matchAll(/^<<<\s*@\/([^#{\s]+)(?:#([\w-]+))?/gm)].map(([, path = '', region]) => ({
    page,
    file: normalize(`docs/${path}`),
    region,
  }))
}

/** Why an excerpt cannot be shown, or `undefined`. */
export function faultOf({ file, region }: Excerpt): string | undefined {
  if (!existsSync(join(root, file))) return `${file} does not exist`
  if (region === undefined) {
    return regionsOf(readCode(file)).length > 0 ? `${file} has regions: name one` : undefined
  }
  return regionsOf(readCode(file)).includes(region) ? undefined : `${file} has no region ${region}`
}

/** The names of the regions of a file that are both opened and closed. */
export function regionsOf(code: string): string[] {
  const names = [...code.matchAll(/^\s*\/\/ #region ([\w-]+)$/gm)].map(([, name = '']) => name)
  return names.filter(name => new RegExp(`^\\s*// #endregion ${name}$`, 'm').test(code))
}

export function readCode(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
