import type { ContenderName } from './contenders.ts'
import type { Figure } from './results.ts'
import { tabCounts } from './workloads/tabs.ts'

/** What this library must reach in a workload. */
export interface Target extends Figure {
  workload: string
  /** Who must reach it. Default: this library with direct connections. */
  contender?: ContenderName
  /** What is compared, for the reader. */
  claim: string
  atMost?: number
  atLeast?: number
  /** Whether every round must reach it, not only the median: for counts rather than times. */
  isStrict?: boolean
}

const overFloor = { claim: 'main thread, × floor', metric: 'cpu', against: 'floor' } as const

const overDirect = {
  contender: 'sharedWorker',
  claim: 'main thread, × direct',
  metric: 'cpu',
  against: 'realtime',
} as const

const oneConnection = (tabs: number): Target => ({
  workload: `tabs-${tabs}`,
  contender: 'sharedWorker',
  claim: 'connections',
  metric: 'connections',
  atMost: 1,
  isStrict: true,
})

export const targets: readonly Target[] = [
  { workload: 'burst', ...overFloor, atMost: 1.15 },
  { workload: 'burst', claim: 'main thread, × best peer', metric: 'cpu', against: 'best peer', atMost: 0.5 },
  { workload: 'burst', claim: 'commits a frame', metric: 'commits', atMost: 1 },
  { workload: 'batched-burst', ...overFloor, atMost: 1.5 },
  { workload: 'steady-10000', claim: 'frames/s', metric: 'fps', atLeast: 55 },
  {
    workload: 'steady-10000',
    claim: 'latency p50, × best peer',
    metric: 'p50',
    against: 'best peer',
    atMost: 0.15,
  },
  { workload: 'steady-10000', ...overFloor, atMost: 1.15 },
  { workload: 'steady-2000', ...overFloor, atMost: 1.15 },
  {
    workload: 'steady-2000',
    claim: 'latency p50, ms more than raw',
    metric: 'p50',
    against: 'raw',
    by: 'difference',
    atMost: 2,
  },
  // No worse than raw: within the difference between two runs of raw.
  {
    workload: 'quiet',
    claim: 'latency p50, ms more than raw',
    metric: 'p50',
    against: 'raw',
    by: 'difference',
    atMost: 0.5,
  },
  { workload: 'bystanders', claim: 'cost beside 10,000, × beside 10', metric: 'growth', atMost: 1.05 },
  { workload: 'list', ...overFloor, atMost: 1.1 },
  {
    workload: 'list',
    claim: 'rows that keep their identity',
    metric: 'kept',
    atLeast: 4_999,
    isStrict: true,
  },
  { workload: 'list-200', claim: 'main thread, %', metric: 'share', atMost: 25 },
  {
    workload: 'server-events',
    claim: 'main thread, × native EventSource',
    metric: 'cpu',
    against: 'floor',
    atMost: 0.45,
  },
  { workload: 'share', claim: 'sockets of 100 components', metric: 'sockets', atMost: 1, isStrict: true },
  { workload: 'share', claim: 'sockets after 500 more', metric: 'socketsAfter', atMost: 1, isStrict: true },
  { workload: 'share', claim: 'sockets left', metric: 'socketsLeft', atMost: 0, isStrict: true },
  { workload: 'share', claim: 'timers left', metric: 'timersLeft', atMost: 0, isStrict: true },
  { workload: 'share', claim: 'listeners left', metric: 'listenersLeft', atMost: 0, isStrict: true },
  { workload: 'reconnect', claim: 'close: back, ms', metric: 'closeBack', atMost: 500 },
  { workload: 'reconnect', claim: 'reset: back, ms', metric: 'resetBack', atMost: 500 },
  { workload: 'reconnect', claim: 'away 5 s: back, ms', metric: 'away5Back', atMost: 2_000 },
  { workload: 'reconnect', claim: 'away 15 s: back, ms', metric: 'away15Back', atMost: 2_000 },
  { workload: 'reconnect', claim: 'missed in all', metric: 'missed', atMost: 0, isStrict: true },
  { workload: 'polling', claim: 'renders', metric: 'renders', atMost: 0, isStrict: true },
  { workload: 'polling', claim: 'parses of a 304', metric: 'parses304', atMost: 0, isStrict: true },
  { workload: 'size', claim: 'polling + provider, kB', metric: 'polling', atMost: 7.6 },
  { workload: 'size', claim: 'server events + provider, kB', metric: 'serverEvents', atMost: 15.3 },
  { workload: 'size', claim: 'socket + provider, kB', metric: 'socket', atMost: 16.5 },
  { workload: 'size', claim: 'everything, kB', metric: 'all', atMost: 24 },
  { workload: 'worker-burst', ...overDirect, atMost: 0.45 },
  { workload: 'worker-burst', ...overFloor, contender: 'sharedWorker', atMost: 0.55 },
  { workload: 'worker-batched-burst', ...overDirect, atMost: 1 },
  { workload: 'worker-steady-10000', ...overDirect, atMost: 0.65 },
  {
    workload: 'worker-quiet',
    contender: 'sharedWorker',
    claim: 'latency p50, ms more than direct',
    metric: 'p50',
    against: 'realtime',
    by: 'difference',
    atMost: 3,
  },
  ...tabCounts.map(oneConnection),
  { ...overDirect, workload: 'tabs-10', claim: 'all tabs, × direct', atMost: 0.65 },
  { workload: 'memory', claim: 'heap after 1,000,000, × after 10,000', metric: 'growth', atMost: 1.05 },
]
