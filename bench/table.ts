import { contenders } from './contenders.ts'
import { isFailure, valuesOf, type Samples } from './results.ts'
import { spread } from './statistics.ts'
import type { Column, Workload } from './Workload.ts'

/** A workload's results, as Markdown. */
export function renderTable(
  { contenders: names, columns }: Pick<Workload, 'contenders' | 'columns'>,
  samples: Samples,
): string {
  const head = ['contender', ...columns.map(({ header }) => header)]
  const rows = names.map(name => {
    const failure = samples.get(name)?.find(isFailure)
    const cells = failure
      ? [`failed: ${failure.failure}`]
      : columns.map(column => renderCell(samples, name, column))
    return [contenders[name].title, ...cells]
  })
  return renderRows(head, rows)
}

/** A Markdown table; rows that are short are filled up. */
export function renderRows(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${head.map((_, index) => cells[index] ?? '').join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function renderCell(samples: Samples, name: keyof typeof contenders, column: Column): string {
  if (column.against === name) return ''
  const values = valuesOf(samples, name, column)
  if (values.length === 0) return ''
  const { median, min, max } = spread(values)
  const format = (value: number) => (value === Infinity ? 'never' : value.toFixed(column.digits))
  return format(min) === format(max) ? format(median) : `${format(median)} (${format(min)}–${format(max)})`
}
