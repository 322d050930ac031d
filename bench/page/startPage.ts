import type { Finals, Observed, Plan, Row, Task } from '../protocol.ts'
import { textOf } from '../messages.ts'
import { Meter } from './Meter.ts'
import { readOffset } from './readOffset.ts'
import { shown } from './shown.ts'

/** One way to show a stream. */
export type Contender = (container: HTMLElement, task: Task) => void

/** What the runner calls in a page. */
export interface Page {
  /** Mounts the components; settles once they stand. */
  mount(task: Task): Promise<void>
  /** Has the server send, and tells what was seen until the last value stood. */
  play(run: string, plan: Plan): Promise<Observed>
  /** What is wrong with the list that is shown, whose newest row must have this number. */
  describeRows(length: number, newest: number): string | null
  /** Remembers the rows that are shown. */
  keepRows(): void
  /** How many of the remembered rows are still shown, as the same objects. */
  countKeptRows(): number
}

/** Makes this the page of a contender. */
export function startPage(contender: Contender): void {
  const container = document.querySelector('main') as HTMLElement
  const cells = () => [...container.querySelectorAll<HTMLElement>('.cell[data-name]')]
  let offset = 0
  let kept = new Set<Row>()
  const page: Page = {
    async mount(task) {
      contender(container, task)
      const wanted = task.kind === 'rows' ? 1 : task.keys
      while (cells().length < wanted) await new Promise(requestAnimationFrame)
      offset = await readOffset()
    },
    async play(run, plan) {
      const meter = new Meter(cells(), offset)
      const answer = await fetch(`/play/${run}`, { method: 'POST', body: JSON.stringify(plan) })
      return meter.until((await answer.json()) as Finals, patience)
    },
    describeRows: (length, newest) => describeRows(shown.rows, length, newest),
    keepRows: () => {
      kept = new Set(shown.rows)
    },
    countKeptRows: () => shown.rows.filter(row => kept.has(row)).length,
  }
  Object.assign(globalThis, { page })
}

/** How long after the last message its value may take to show, in ms. */
const patience = 20_000

function describeRows(rows: readonly Row[], length: number, newest: number): string | null {
  if (rows.length !== length) return `the list has ${rows.length} rows and not ${length}`
  const wrong = rows.findIndex(
    ({ n, text }, index) => n !== newest - length + 1 + index || text !== textOf(n),
  )
  return wrong === -1 ? null : `row ${wrong} of the list is ${JSON.stringify(rows[wrong])}`
}
