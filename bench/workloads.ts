import { batchedBurst, burst } from './workloads/burst.ts'
import { bystanders } from './workloads/bystanders.ts'
import { list, list200 } from './workloads/list.ts'
import { polling } from './workloads/polling.ts'
import { reconnect } from './workloads/reconnect.ts'
import { serverEvents } from './workloads/serverEvents.ts'
import { share } from './workloads/share.ts'
import { size } from './workloads/size.ts'
import { quiet, steady10000, steady2000 } from './workloads/steady.ts'
import { tabWorkloads } from './workloads/tabs.ts'
import { workerBatchedBurst, workerBurst, workerQuiet, workerSteady } from './workloads/worker.ts'
import type { Workload } from './Workload.ts'

/** All workloads of a plain run, in the order of the page. */
export const workloads: readonly Workload[] = [
  burst,
  batchedBurst,
  steady10000,
  steady2000,
  quiet,
  bystanders,
  list,
  list200,
  serverEvents,
  share,
  reconnect,
  polling,
  size,
]

/** What a shared worker saves. They are not part of a plain run. */
export const sharingWorkloads: readonly Workload[] = [
  workerBurst,
  workerBatchedBurst,
  workerSteady,
  workerQuiet,
  ...tabWorkloads,
]
