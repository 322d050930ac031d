import type { Figure } from './results.ts'

/** What this library is to reach in a workload. */
export interface Target extends Figure {
  workload: string
  /** What is compared, for the reader. */
  claim: string
  atMost?: number
  atLeast?: number
}

const overFloor = { metric: 'cpu', against: 'floor' } as const

export const targets: readonly Target[] = [
  { workload: 'burst', claim: 'main thread, × floor', ...overFloor, atMost: 1.15 },
  { workload: 'burst', claim: 'main thread, × best peer', metric: 'cpu', against: 'best peer', atMost: 0.5 },
  { workload: 'burst', claim: 'commits a frame', metric: 'commits', atMost: 1 },
  { workload: 'batched-burst', claim: 'main thread, × floor', ...overFloor, atMost: 1.25 },
  { workload: 'steady-10000', claim: 'frames/s', metric: 'fps', atLeast: 55 },
  {
    workload: 'steady-10000',
    claim: 'latency p50, × best peer',
    metric: 'p50',
    against: 'best peer',
    atMost: 0.15,
  },
  { workload: 'steady-10000', claim: 'main thread, × floor', ...overFloor, atMost: 1.12 },
  { workload: 'steady-2000', claim: 'main thread, × floor', ...overFloor, atMost: 1.15 },
  {
    workload: 'steady-2000',
    claim: 'latency p50, ms over raw',
    metric: 'p50',
    against: 'raw',
    by: 'difference',
    atMost: 2,
  },
  {
    workload: 'quiet',
    claim: 'latency p50, ms over raw',
    metric: 'p50',
    against: 'raw',
    by: 'difference',
    atMost: 0.5,
  },
  { workload: 'list', claim: 'main thread, × floor', ...overFloor, atMost: 1.1 },
  { workload: 'list', claim: 'rows that keep their identity', metric: 'kept', atLeast: 4_999 },
  { workload: 'list-200', claim: 'main thread, %', metric: 'share', atMost: 25 },
]
