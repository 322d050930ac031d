import type { ContenderName } from '../contenders.ts'
import type { Visit } from '../Visit.ts'
import type { Column, Workload } from '../Workload.ts'

const cap = 5_000
const names: readonly ContenderName[] = ['realtime', 'floor', 'raw', 'setQueryData', 'unshared']

/** Enough appends to measure, but not more than needed: with structural sharing, one costs as much as 80 others. */
const messagesOf = (contender: ContenderName) => (contender === 'setQueryData' ? 300 : 20_000)

async function fill(visit: Visit, warmUp: number) {
  await visit.mount({ kind: 'rows', cap })
  await visit.play({ messages: cap, perFrame: 500 })
  await visit.play({ messages: warmUp })
  await visit.mainThread.collectGarbage()
}

const columns: readonly Column[] = [
  { metric: 'cpu', header: 'main thread, µs a message', digits: 1 },
  { metric: 'cpu', against: 'floor', header: '× floor', digits: 2 },
  { metric: 'kept', header: 'rows that keep their identity', digits: 0 },
]

export const list: Workload = {
  name: 'list',
  title: 'List, burst',
  description:
    'Rows are appended one by one to a list that is capped at 5,000. The newest 20 are shown. A contender gets 20,000 rows, or 300 if one append takes ms.',
  contenders: names,
  columns,
  measure: (bench, contender) =>
    bench.visit(contender, async visit => {
      const messages = messagesOf(contender)
      await fill(visit, messages / 5)
      const { cpu } = await visit.play({ messages })
      await visit.checkRows(cap)
      return { cpu: (cpu / messages) * 1e6, kept: await visit.countKeptRows() }
    }),
}

export const list200: Workload = {
  name: 'list-200',
  title: 'List, 200 messages/s',
  description: 'The same list, 200 rows a second for 2 s.',
  contenders: names,
  columns: [
    { metric: 'share', header: 'main thread, %', digits: 1 },
    { metric: 'fps', header: 'frames/s', digits: 1 },
    { metric: 'p50', header: 'latency p50, ms', digits: 1 },
  ],
  measure: (bench, contender) =>
    bench.visit(contender, async visit => {
      await fill(visit, messagesOf(contender) / 5)
      const { cpu, seconds, frames, latencies } = await visit.play({ messages: 400, rate: 200 })
      await visit.checkRows(cap)
      return { share: (cpu / seconds) * 100, fps: frames / seconds, p50: latencies.p50 }
    }),
}
