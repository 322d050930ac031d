import { batchedBurst, burst } from './workloads/burst.ts'
import { list, list200 } from './workloads/list.ts'
import { quiet, steady10000, steady2000 } from './workloads/steady.ts'
import type { Workload } from './Workload.ts'

/** All that is measured, in the order of the page. */
export const workloads: readonly Workload[] = [
  burst,
  batchedBurst,
  steady10000,
  steady2000,
  quiet,
  list,
  list200,
]
