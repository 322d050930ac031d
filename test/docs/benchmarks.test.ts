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

test('the figures of the README match the last recorded run of the benchmark', () => {
  const page = readPage('docs/benchmarks.md')
  const median = (heading: string, name: string) =>
    rowsAfter(page, heading).get(name)?.[0]?.split(' ')[0] ?? ''
  const [, shown = ''] = readPage('README.md').split('\n## Size and speed\n')
  const figures = [...shown.matchAll(/([\d,.]+) µs/g)].map(([, figure]) => figure)
  expect(figures).toEqual([
    median('### Burst', 'react-query-realtime'),
    median('### Burst', '`setQueryData` by hand'),
    median('### Burst', 'floor'),
    median('### List, burst', 'react-query-realtime'),
    median('### List, burst', '`setQueryData` by hand'),
  ])
})
