import type { Bench } from '../Bench.ts'
import type { ContenderName } from '../contenders.ts'
import type { Workload } from '../Workload.ts'

const messages = 1_500

async function measureBeside(bench: Bench, contender: ContenderName, keys: number): Promise<number> {
  return bench.visit(contender, async visit => {
    await visit.mount({ keys })
    await visit.play({ messages: 5_000, keys: 1 })
    await visit.mainThread.collectGarbage()
    const { cpu } = await visit.play({ messages, keys: 1, rate: 1_000 })
    return (cpu / messages) * 1e6
  })
}

export const bystanders: Workload = {
  name: 'bystanders',
  title: 'Bystanders',
  description:
    '1,000 messages a second for 1.5 s, all about one key. The page also has 10 to 10,000 components that show other keys. Main thread, µs a message.',
  contenders: ['realtime', 'floor'],
  columns: [
    { metric: 'beside10', header: 'beside 10', digits: 1 },
    { metric: 'beside1000', header: 'beside 1,000', digits: 1 },
    { metric: 'beside10000', header: 'beside 10,000', digits: 1 },
    { metric: 'growth', header: '10,000 against 10', digits: 2 },
  ],
  async measure(bench, contender) {
    const beside10 = await measureBeside(bench, contender, 10)
    const beside1000 = await measureBeside(bench, contender, 1_000)
    const beside10000 = await measureBeside(bench, contender, 10_000)
    return { beside10, beside1000, beside10000, growth: beside10000 / beside10 }
  },
}
