import type { ContenderName } from '../contenders.ts'
import type { Visit } from '../Visit.ts'

/** A quantity that grows, and the cost at some of its values. */
export interface Axis {
  /** The name of its plot's file. */
  name: string
  /** What grows. */
  title: string
  /** What it costs. */
  unit: string
  values: readonly number[]
  contenders: readonly ContenderName[]
  measure(visit: Visit, contender: ContenderName, value: number): Promise<number>
}

const names: readonly ContenderName[] = [
  'floor',
  'raw',
  'realtime',
  'setQueryData',
  'reactUseWebSocket',
  'swr',
]

const perMessage = 'main thread, µs a message'

/** The cost of messages that arrive at a rate for 2 s. */
async function measureRate(visit: Visit, rate: number, connections: number): Promise<number> {
  await visit.mount({ keys: Math.max(100, connections) }, connections)
  await visit.play({ messages: 5_000 })
  await visit.mainThread.collectGarbage()
  const messages = 2 * rate
  const { cpu } = await visit.play({ messages, rate })
  return (cpu / messages) * 1e6
}

const rates: Axis = {
  name: 'rates',
  title: 'messages a second, over 100 keys',
  unit: perMessage,
  values: [100, 500, 2_000, 5_000, 10_000, 20_000],
  contenders: names,
  measure: (visit, _, rate) => measureRate(visit, rate, 1),
}

const connections: Axis = {
  name: 'connections',
  title: 'connections, 2,000 messages a second in all',
  unit: perMessage,
  values: [1, 5, 20, 50, 100, 200],
  contenders: names,
  measure: (visit, _, count) => measureRate(visit, 2_000, count),
}

const keys: Axis = {
  name: 'keys',
  title: 'keys, each with its component, in a burst of 20,000 messages',
  unit: perMessage,
  values: [10, 100, 1_000, 10_000, 100_000],
  contenders: names,
  async measure(visit, _, count) {
    await visit.mount({ keys: count })
    await visit.play({ messages: 5_000 })
    await visit.mainThread.collectGarbage()
    const messages = 20_000
    const { cpu } = await visit.play({ messages })
    return (cpu / messages) * 1e6
  },
}

/** Enough appends to take about 100 ms, but not minutes. */
function appendsTo(length: number, contender: ContenderName): number {
  if (contender === 'floor' || contender === 'realtime') return 10_000
  return Math.max(contender === 'setQueryData' ? 20 : 200, Math.min(5_000, Math.round(1e6 / length)))
}

const length: Axis = {
  name: 'length',
  title: 'rows of a capped list, in a burst of appends',
  unit: perMessage,
  values: [100, 1_000, 10_000, 100_000],
  contenders: [...names, 'unshared'],
  async measure(visit, contender, cap) {
    const messages = appendsTo(cap, contender)
    await visit.mount({ kind: 'rows', cap })
    await visit.play({ messages: cap, perFrame: Math.ceil(cap / 10) })
    await visit.play({ messages: Math.ceil(messages / 5) })
    await visit.mainThread.collectGarbage()
    const { cpu } = await visit.play({ messages })
    await visit.checkRows(cap)
    return (cpu / messages) * 1e6
  },
}

/** All axes. */
export const axes: readonly Axis[] = [rates, keys, length, connections]
