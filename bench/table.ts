import type { Verdict } from './check.ts'
import { contenders, type ContenderName } from './contenders.ts'
import { isFailure, valuesOf, type Samples } from './results.ts'
import { spread, type Spread } from './statistics.ts'
import type { Column, Workload } from './Workload.ts'

/** A Markdown table; short rows are padded. */
export function renderRows(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${head.map((_, index) => cells[index] ?? '').join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** A workload's results: a row for each contender. */
export function renderTable(
  { contenders: names, columns }: Pick<Workload, 'contenders' | 'columns'>,
  samples: Samples,
): string {
  const head = ['contender', ...columns.map(({ header }) => header)]
  const rows = names.map(name => {
    const failure = samples.get(name)?.find(isFailure)
    const cells = failure
      ? [`failed: ${failure.failure.split('\n')[0]}`]
      : columns.map(column => renderCell(samples, name, column))
    return [contenders[name].title, ...cells]
  })
  return renderRows(head, rows)
}

/** Targets and results. */
export function renderVerdicts(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ target, reached, isMet }) => {
    const { workload, claim, atMost, atLeast } = target
    const wanted = atMost === undefined ? `≥ ${format(atLeast ?? 0, 2)}` : `≤ ${format(atMost, 2)}`
    return [
      workload,
      claim,
      wanted,
      reached ? renderSpread(reached, 2) : 'no figure',
      isMet ? 'yes' : '**no**',
    ]
  })
  return renderRows(['workload', 'what', 'to reach', 'reached', 'met'], rows)
}

function renderCell(samples: Samples, name: ContenderName, column: Column): string {
  const values = column.against === name ? [] : valuesOf(samples, name, column)
  return values.length === 0 ? '' : renderSpread(spread(values), column.digits)
}

/** The median, and the extremes if they differ from it. */
function renderSpread({ median, min, max }: Spread, digits: number): string {
  const [middle, least, most] = [median, min, max].map(value => format(value, digits))
  return least === most ? `${middle}` : `${middle} (${least}–${most})`
}

/** A number with this many decimals, without trailing zeros. */
function format(value: number, digits: number): string {
  return value === Infinity ? 'never' : value.toLocaleString('en', { maximumFractionDigits: digits })
}
