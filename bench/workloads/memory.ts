import type { Workload } from '../Workload.ts'

const keys = 1_000

export const memory: Workload = {
  name: 'memory',
  title: 'Memory',
  description:
    'Messages over 1,000 keys, in frames of 20. The heap in MB, after garbage collection: once after 10,000 messages, and once after 1,000,000.',
  contenders: ['realtime', 'raw', 'setQueryData'],
  columns: [
    { metric: 'early', header: 'after 10,000', digits: 2 },
    { metric: 'late', header: 'after 1,000,000', digits: 2 },
    { metric: 'growth', header: 'ratio', digits: 3 },
  ],
  measure: (bench, contender) =>
    bench.visit(contender, async visit => {
      await visit.mount({ keys })
      await visit.play({ messages: 10_000, perFrame: 20 })
      const early = await visit.mainThread.heap()
      await visit.play({ messages: 990_000, perFrame: 20 })
      const late = await visit.mainThread.heap()
      return { early: early / 1e6, late: late / 1e6, growth: late / early }
    }),
}
