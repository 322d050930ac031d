import { slugify } from '../../docs/.vitepress/slugify.ts'

/** The anchors of a page's headings, on the site and on GitHub: a repeated heading gets a number. */
export function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>()
  const prose = text.replace(/^```[^]*?^```$/gm, '')
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const anchor = slugify(heading.replaceAll('`', ''))
    const count = seen.get(anchor) ?? 0
    seen.set(anchor, count + 1)
    return count === 0 ? anchor : `${anchor}-${count}`
  })
}
