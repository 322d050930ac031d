import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { fillSection } from '../../bench/docsPage.ts'

const page =
  'before\n\n<!-- results -->\n\nold\n\n<!-- /results -->\n\nbetween\n\n<!-- memory -->\n<!-- /memory -->\nafter'

describe('fillSection', () => {
  it('replaces what is between the markers, and keeps everything else', () => {
    const filled = fillSection(page, 'results', 'new')
    expect(filled).toBe(page.replace('old', 'new'))
    expect(fillSection(filled, 'results', 'new')).toBe(filled)
  })

  it('fills an empty section', () => {
    expect(fillSection(page, 'memory', 'new')).toContain('<!-- memory -->\n\nnew\n\n<!-- /memory -->')
  })

  it('inserts the content as it is', () => {
    expect(fillSection(page, 'memory', "$& $1 $'")).toContain("\n$& $1 $'\n")
  })

  it('names a missing marker', () => {
    expect(() => fillSection(page, 'growth', 'new')).toThrow('has no <!-- growth --> … <!-- /growth -->')
  })

  it.each(['results', 'growth', 'memory', 'tabs'])(
    'finds the section "%s" in docs/benchmarks.md',
    async section => {
      const text = await readFile(new URL('../../docs/benchmarks.md', import.meta.url), 'utf8')
      expect(() => fillSection(text, section, '')).not.toThrow()
    },
  )
})
