import { expect, test } from 'vitest'
import { readPage } from './snippets.ts'

/** The cells of a table's rows, by the first of each. */
function rowsAfter(text: string, heading: string): Map<string, string[]> {
  const section = text.slice(text.indexOf(`${heading}\n`)).split(/\n#+ /)[0] ?? ''
  const rows = section.split('\n').filter(line => line.startsWith('|'))
  return new Map(
    rows.map(row => {
      const [name = '', ...cells] = row
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim())
      return [name, cells]
    }),
  )
}

const names: Record<string, string> = {
  'no React, no library': 'floor',
  'react-query-realtime': 'react-query-realtime',
  'by hand, `setQueryData`': '`setQueryData` by hand',
  'by hand, a store of yours': 'raw',
  'react-use-websocket': 'react-use-websocket',
}

test('the figures of the README are those of the last recorded run of the benchmark', () => {
  const readme = rowsAfter(readPage('README.md'), '## How fast it is')
  const page = readPage('docs/benchmarks.md')
  const recorded = ['### Burst', '### List, burst', '### Server-Sent Events'].map(heading =>
    rowsAfter(page, heading),
  )
  for (const [shown, name] of Object.entries(names)) {
    const medians = recorded.map(rows => rows.get(name)?.[0]?.split(' ')[0] ?? '')
    expect(readme.get(shown), shown).toEqual(medians)
  }
})
