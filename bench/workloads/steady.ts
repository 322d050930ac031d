import type { ContenderName } from '../contenders.ts'
import type { Column, Workload } from '../Workload.ts'

const columns: readonly Column[] = [
  { metric: 'cpu', header: 'main thread, µs a message', digits: 1 },
  { metric: 'cpu', against: 'floor', header: '× floor', digits: 2 },
  { metric: 'share', header: 'main thread, %', digits: 0 },
  { metric: 'fps', header: 'frames/s', digits: 1 },
  { metric: 'p50', header: 'latency p50, ms', digits: 1 },
  { metric: 'p95', header: 'latency p95, ms', digits: 1 },
]

/** Messages at a rate for some seconds. */
function steady(
  rate: number,
  seconds: number,
  names: readonly ContenderName[],
): Omit<Workload, 'name' | 'title' | 'description'> {
  return {
    contenders: names,
    columns,
    measure: (bench, contender) =>
      bench.visit(contender, async visit => {
        await visit.mount({})
        await visit.play({ messages: 5_000 })
        await visit.mainThread.collectGarbage()
        const messages = rate * seconds
        const cost = await visit.play({ messages, rate })
        return {
          cpu: (cost.cpu / messages) * 1e6,
          share: (cost.cpu / cost.seconds) * 100,
          fps: cost.frames / cost.seconds,
          p50: cost.latencies.p50,
          p95: cost.latencies.p95,
        }
      }),
  }
}

export const steady10000: Workload = {
  ...steady(10_000, 5, ['realtime', 'floor', 'raw', 'setQueryData', 'reactUseWebSocket']),
  name: 'steady-10000',
  title: 'Steady, 10,000 messages/s',
  description: '10,000 messages a second for 5 s over 100 keys, each key shown by a component.',
}

export const steady2000: Workload = {
  ...steady(2_000, 5, ['realtime', 'floor', 'raw', 'setQueryData']),
  name: 'steady-2000',
  title: 'Steady, 2,000 messages/s',
  description: 'The same at 2,000 messages a second.',
}

export const quiet: Workload = {
  ...steady(100, 2, ['realtime', 'floor', 'raw', 'setQueryData']),
  name: 'quiet',
  title: 'Quiet, 100 messages/s',
  description: '100 messages a second for 2 s.',
}
