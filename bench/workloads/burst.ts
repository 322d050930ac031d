import type { Bench } from '../Bench.ts'
import { contenderNames, type ContenderName } from '../contenders.ts'
import type { Plan } from '../protocol.ts'
import type { Column, Workload } from '../Workload.ts'

/** Contenders that commit each message get fewer, so that the comparison does not take all day. */
const messagesOf = (contender: ContenderName) =>
  contender === 'realtime' || contender === 'floor' ? 50_000 : 12_000

const columns: readonly Column[] = [
  { metric: 'cpu', header: 'main thread, µs a message', digits: 1 },
  { metric: 'cpu', against: 'floor', header: '× floor', digits: 2 },
  { metric: 'cpu', against: 'best peer', header: '× best peer', digits: 2 },
  { metric: 'commits', header: 'commits a frame', digits: 2 },
  { metric: 'seconds', header: 'seconds for 50,000', digits: 2 },
]

export const burst: Workload = {
  name: 'burst',
  title: 'Burst',
  description:
    '50,000 messages at once, over 100 keys. A component shows each key. All contenders but the first two get 12,000.',
  contenders: contenderNames.filter(name => name !== 'unshared' && name !== 'sharedWorker'),
  columns,
  measure: (bench, contender) => measureBurst(bench, contender, {}),
}

export const batchedBurst: Workload = {
  ...burst,
  name: 'batched-burst',
  title: 'Batched burst',
  description: 'The same messages, with 20 envelopes in each frame.',
  measure: (bench, contender) => measureBurst(bench, contender, { perFrame: 20 }),
}

function measureBurst(bench: Bench, contender: ContenderName, plan: Partial<Plan>) {
  return bench.visit(contender, async visit => {
    const messages = messagesOf(contender)
    await visit.mount({})
    await visit.play({ ...plan, messages: 5_000 })
    await visit.mainThread.collectGarbage()
    const { cpu, seconds, frames, commits } = await visit.play({ ...plan, messages })
    return { cpu: (cpu / messages) * 1e6, commits: commits / frames, seconds: (seconds / messages) * 50_000 }
  })
}
