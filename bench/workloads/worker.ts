import type { Bench } from '../Bench.ts'
import type { ContenderName } from '../contenders.ts'
import type { Plan } from '../protocol.ts'
import type { Metrics } from '../results.ts'
import type { Column, Workload } from '../Workload.ts'

const names: readonly ContenderName[] = ['sharedWorker', 'realtime', 'floor']

const cost: readonly Column[] = [
  { metric: 'cpu', header: 'main thread, µs a message', digits: 1 },
  { metric: 'cpu', against: 'realtime', header: '× direct', digits: 2 },
  { metric: 'cpu', against: 'floor', header: '× floor', digits: 2 },
  { metric: 'all', header: 'all threads, µs a message', digits: 1 },
  { metric: 'all', against: 'realtime', header: 'all threads, × direct', digits: 2 },
]

const latency: readonly Column[] = [
  { metric: 'p50', header: 'latency p50, ms', digits: 1 },
  { metric: 'p95', header: 'p95', digits: 1 },
]

/** What the messages of a plan cost the page's main thread, and all its threads with those of the worker. */
async function measureCost(
  bench: Bench,
  contender: ContenderName,
  plan: Partial<Plan> & { messages: number },
) {
  return bench.visit(contender, async (visit): Promise<Metrics> => {
    await visit.mount({})
    await visit.play({ messages: 5_000, perFrame: plan.perFrame ?? 1 })
    await visit.mainThread.collectGarbage()
    const before = await bench.rendererSeconds()
    const { cpu, seconds, frames, latencies } = await visit.play(plan)
    const all = (await bench.rendererSeconds()) - before
    const toMicroseconds = (total: number) => (total / plan.messages) * 1e6
    return {
      cpu: toMicroseconds(cpu),
      all: toMicroseconds(all),
      seconds,
      fps: frames / seconds,
      ...latencies,
    }
  })
}

export const workerBurst: Workload = {
  name: 'worker-burst',
  title: 'Shared worker, burst',
  description:
    'One tab. 50,000 messages at once, over 100 keys. A component shows each key. All threads are those of the page and of the worker.',
  contenders: names,
  columns: [...cost, { metric: 'seconds', header: 'seconds', digits: 2 }],
  measure: (bench, contender) => measureCost(bench, contender, { messages: 50_000 }),
}

export const workerBatchedBurst: Workload = {
  ...workerBurst,
  name: 'worker-batched-burst',
  title: 'Shared worker, batched burst',
  description: 'The same messages, with 20 envelopes in each frame.',
  measure: (bench, contender) => measureCost(bench, contender, { messages: 50_000, perFrame: 20 }),
}

export const workerSteady: Workload = {
  name: 'worker-steady-10000',
  title: 'Shared worker, 10,000 messages/s',
  description: '10,000 messages a second for 2 s.',
  contenders: names,
  columns: [...cost, { metric: 'fps', header: 'frames/s', digits: 1 }, ...latency],
  measure: (bench, contender) => measureCost(bench, contender, { messages: 20_000, rate: 10_000 }),
}

export const workerQuiet: Workload = {
  name: 'worker-quiet',
  title: 'Shared worker, 100 messages/s',
  description: '100 messages a second for 2 s.',
  contenders: names,
  columns: [
    ...latency,
    { metric: 'p50', against: 'realtime', by: 'difference', header: 'p50, ms more than direct', digits: 1 },
  ],
  measure: (bench, contender) => measureCost(bench, contender, { messages: 200, rate: 100 }),
}
