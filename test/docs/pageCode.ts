import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { readPage, root } from './snippets.ts'

/** A block of code in a page that repeats a region of a file. A comment before it names both. */
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

/** `<!-- code: docs/code/jobs.tsx#view -->`, and the block that follows it, if it is there already. */
const EXCERPT = /^<!-- code: ([^#\s]+)(?:#([\w-]+))? -->\n(?:\n```\w*\n[^]*?^```\n)?/gm

/** The blocks of a page that come from files. */
export function excerptsOf(page: string, text = readPage(page)): Excerpt[] {
  return [...text.matchAll(EXCERPT)].map(([, file = '', region]) => ({ page, file, region }))
}

/** A page whose blocks repeat the present code of their files. */
export function withCode(text: string): string {
  return text.replace(EXCERPT, (block: string, file: string, region: string | undefined) => {
    if (faultOf({ file, region })) return block
    const [comment = ''] = block.split('\n')
    return `${comment}\n\n\`\`\`${extname(file).slice(1)}\n${readRegion(file, region)}\`\`\`\n`
  })
}

/** The lines of a region without their common indentation; without a region, the whole file. */
function readRegion(file: string, region: string | undefined): string {
  const code = readCode(file)
  const [, inner = code] =
    (region !== undefined &&
      new RegExp(`^\\s*// #region ${region}\\n([^]*?)^\\s*// #endregion ${region}$`, 'm').exec(code)) ||
    []
  const lines = inner.split('\n').filter(line => !/^\s*\/\/ #(end)?region /.test(line))
  const indents = lines.filter(line => line.trim()).map(line => line.search(/\S/))
  const dedented = lines.map(line => line.slice(Math.min(...indents)))
  return `${dedented.join('\n').trim()}\n`
}

/** Why an excerpt cannot be shown, or `undefined`. */
export function faultOf({ file, region }: Omit<Excerpt, 'page'>): string | undefined {
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
