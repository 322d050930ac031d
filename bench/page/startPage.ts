import { textOf } from '../messages.ts'
import type { Finals, Observed, Plan, Row, Task } from '../protocol.ts'
import { measurePolls, type Polls } from './measurePolls.ts'
import { measureShare, type Sharing } from './measureShare.ts'
import { describeDifferences, Meter, readCells } from './Meter.ts'
import { readOffset } from './readOffset.ts'
import { shown } from './shown.ts'

/** One way to show a stream. Called again, it shows another task instead. */
export type Contender = (container: HTMLElement, task: Task) => void

/** What the runner calls in a page. */
export interface Page {
  /** Mounts the components; resolves once they are on screen. */
  mount(task: Task): Promise<void>
  /** Makes the server send. Returns what was seen until the last value was on screen. */
  play(run: string, plan: Plan): Promise<Observed>
  /** What many users of the task's connection open and leave behind. */
  measureShare(task: Task): Promise<Sharing>
  /** What the polls of a mounted task cost. */
  measurePolls(task: Task, count: number): Promise<Polls>
  /** Which cells do not show these values. */
  describeCells(finals: Finals): string | null
  /** What is wrong with the list on screen, whose newest row must have this number. */
  describeRows(length: number, newest: number): string | null
  /** The numbers of the rows on screen. */
  rowNumbers(): number[]
  /** Remembers the rows on screen. */
  keepRows(): void
  /** How many of the remembered rows are still on screen, as the same objects. */
  countKeptRows(): number
}

/** How long a value may take to show after the last message, in ms. */
const patience = 60_000

/** Turns this page into that of a contender. */
export function startPage(contender: Contender): void {
  const container = document.querySelector('main') as HTMLElement
  const cells = () => [...container.querySelectorAll<HTMLElement>('.cell[data-name]')]
  let offset = 0
  let kept = new Set<Row>()
  const page: Page = {
    async mount(task) {
      contender(container, task)
      while (cells().length < cellsOf(task)) await new Promise(requestAnimationFrame)
      offset = await readOffset()
    },
    async play(run, plan) {
      const meter = new Meter(cells(), offset)
      const answer = await fetch(`/play/${run}`, { method: 'POST', body: JSON.stringify(plan) })
      const observed = await meter.until((await answer.json()) as Finals, patience)
      return { ...observed, failure: shown.failure ?? observed.failure }
    },
    measureShare: task => measureShare(keys => contender(container, { ...task, keys })),
    measurePolls: ({ urls: [url = ''] }, count) => measurePolls(url, count),
    describeCells: finals => describeDifferences(readCells(cells()), finals),
    describeRows: (length, newest) => describeRows(shown.rows, length, newest),
    rowNumbers: () => shown.rows.map(({ n }) => n),
    keepRows: () => {
      kept = new Set(shown.rows)
    },
    countKeptRows: () => shown.rows.filter(row => kept.has(row)).length,
  }
  Object.assign(globalThis, { page })
}

function cellsOf({ kind, keys }: Task): number {
  if (kind === 'prices') return keys
  return kind === 'users' ? 0 : 1
}

function describeRows(rows: readonly Row[], length: number, newest: number): string | null {
  if (rows.length !== length) return `the list has ${rows.length} rows and not ${length}`
  const wrong = rows.findIndex(
    ({ n, text }, index) => n !== newest - length + 1 + index || text !== textOf(n),
  )
  return wrong === -1 ? null : `row ${wrong} of the list is ${JSON.stringify(rows[wrong])}`
}
