import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../Bench.ts'
import type { ContenderName } from '../contenders.ts'
import type { Metrics } from '../results.ts'
import type { Visit } from '../Visit.ts'
import type { Workload } from '../Workload.ts'

const rate = 1_000
const messages = 3 * rate

/** Hidden tabs with a shared connection get their messages once a second. */
const untilSlow = 1_200
const untilConnected = 500

/** Throws unless each tab shows the last messages as soon as it is visible. */
async function lookAtAll(tabs: readonly Visit[], { finals }: Visit): Promise<void> {
  for (const tab of tabs) await tab.look(finals)
}

function measureTabs(bench: Bench, contender: ContenderName, count: number): Promise<Metrics> {
  return bench.visitTabs(contender, count, async tabs => {
    const visible = tabs[count - 1] as Visit
    for (const tab of tabs) await tab.mount({})
    await sleep(untilConnected)
    await visible.play({ messages: 1_000 })
    await lookAtAll(tabs, visible)
    const connections = (await visible.ask('connections')) as number
    const before = await bench.rendererSeconds()
    const { latencies } = await visible.play({ messages, rate })
    await sleep(untilSlow)
    const cpu = (((await bench.rendererSeconds()) - before) / messages) * 1e6
    await lookAtAll(tabs, visible)
    return { connections, cpu, ...latencies }
  })
}

function tabs(count: number): Workload {
  return {
    name: `tabs-${count}`,
    title: count === 1 ? 'One tab' : `${count} tabs`,
    description: describe(count),
    contenders: ['sharedWorker', 'realtime'],
    hasHiddenTabs: true,
    columns: [
      { metric: 'connections', header: 'connections', digits: 0 },
      { metric: 'cpu', header: 'all tabs, µs a message', digits: 1 },
      { metric: 'cpu', against: 'realtime', header: '× direct', digits: 2 },
      { metric: 'p50', header: 'latency p50, ms', digits: 1 },
      { metric: 'p95', header: 'p95', digits: 1 },
    ],
    measure: (bench, contender) => measureTabs(bench, contender, count),
  }
}

const describe = (count: number) =>
  count === 1
    ? '1,000 messages a second for 3 s, over 100 keys. The cost is that of all threads of all tabs, and of the worker.'
    : `The same with ${count} tabs of one user, of which one is visible. The latency is that of the visible tab.`

/** The same feed in more and more tabs. */
export const tabCounts: readonly number[] = [1, 5, 10]

export const tabWorkloads: readonly Workload[] = tabCounts.map(tabs)
