import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'

const path = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url))

/**
 * The page with new content between the markers of a section; everything else stays. Throws if there are no
 * markers.
 */
export function fillSection(page: string, section: string, content: string): string {
  const [begin, end] = [`<!-- ${section} -->`, `<!-- /${section} -->`]
  const from = page.indexOf(begin)
  const to = page.indexOf(end, from)
  if (from === -1 || to === -1) throw new Error(`docs/benchmarks.md has no ${begin} … ${end}.`)
  return `${page.slice(0, from + begin.length)}\n\n${content}\n\n${page.slice(to)}`
}

/** Writes a section of `docs/benchmarks.md`. */
export async function writeSection(section: string, content: string): Promise<void> {
  const page = fillSection(await readFile(path, 'utf8'), section, content)
  await writeFile(path, await format(page, { ...(await resolveConfig(path)), filepath: path }))
}
