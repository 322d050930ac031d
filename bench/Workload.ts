import type { Bench } from './Bench.ts'
import type { ContenderName } from './contenders.ts'
import type { Figure, Metrics } from './results.ts'

/** A column of a workload's table. */
export interface Column extends Figure {
  header: string
  digits: number
}

/** A task that all its contenders have to do. */
export interface Workload {
  name: string
  title: string
  /** What is done, for the reader of the table. */
  description: string
  contenders: readonly ContenderName[]
  columns: readonly Column[]
  /** Whether contenders may be measured side by side, because processor time does not matter. */
  isConcurrent?: boolean
  /** Whether the browser slows down hidden tabs, as it does for users. */
  hasHiddenTabs?: boolean
  /** More rounds than this add no information, or take too long. */
  mostRounds?: number
  /** Measures a contender once; throws if it failed. */
  measure(bench: Bench, contender: ContenderName): Promise<Metrics>
}
