import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../Bench.ts'
import type { ContenderName } from '../contenders.ts'
import type { Fault } from '../protocol.ts'
import type { Metrics } from '../results.ts'
import type { Visit } from '../Visit.ts'
import type { Workload } from '../Workload.ts'

/** How long to wait for a contender to reconnect, in ms. */
const patience = 6_000

const faults: Readonly<Record<string, Fault>> = {
  close: { kind: 'close', seconds: 0 },
  reset: { kind: 'reset', seconds: 0 },
  away5: { kind: 'away', seconds: 5 },
  away15: { kind: 'away', seconds: 15 },
}

async function measureFault(
  bench: Bench,
  contender: ContenderName,
  name: string,
  fault: Fault,
): Promise<Metrics> {
  return bench.visit(contender, async visit => {
    const { port } = (await visit.ask('outpost')) as { port: number }
    try {
      await visit.mount({ kind: 'rows', cap: 1_000_000, urls: [visit.urlAt(port)], isResumable: true })
      return await suffer(visit, name, fault)
    } finally {
      await visit.ask('leave')
    }
  })
}

async function suffer(visit: Visit, name: string, fault: Fault): Promise<Metrics> {
  const playing = visit.send({ messages: 20 * 60, rate: 20 })
  await sleep(1_000)
  const isOver = sleep(fault.seconds * 1_000 + patience).then(() => Infinity)
  const back = await Promise.race([visit.ask('fault', fault) as Promise<number>, isOver])
  await sleep(1_000)
  const sent = (await visit.ask('stop')) as number
  await playing
  await sleep(500)
  const numbers = await visit.rowNumbers()
  const missed = sent - new Set(numbers).size
  return {
    [`${name}Back`]: back,
    [`${name}Missed`]: missed,
    [`${name}Twice`]: numbers.length - (sent - missed),
  }
}

export const reconnect: Workload = {
  name: 'reconnect',
  title: 'Reconnecting',
  description:
    'The server sends 20 messages a second. It closes the connection (1001) or resets it, or is away for 5 s or 15 s. "Back" is the time from when the server can be reached until the client has reconnected. "Missed" messages never arrive. Each contender has its own defaults; this library also has `recovery`.',
  contenders: ['realtime', 'reactUseWebSocket', 'partysocket', 'ahooks'],
  isConcurrent: true,
  mostRounds: 3,
  columns: [
    { metric: 'closeBack', header: 'close: back, ms', digits: 0 },
    { metric: 'closeMissed', header: 'missed', digits: 0 },
    { metric: 'resetBack', header: 'reset: back, ms', digits: 0 },
    { metric: 'resetMissed', header: 'missed', digits: 0 },
    { metric: 'away5Back', header: 'away 5 s: back, ms', digits: 0 },
    { metric: 'away5Missed', header: 'missed', digits: 0 },
    { metric: 'away15Back', header: 'away 15 s: back, ms', digits: 0 },
    { metric: 'away15Missed', header: 'missed', digits: 0 },
  ],
  async measure(bench, contender) {
    const all = Object.entries(faults).map(([name, fault]) => measureFault(bench, contender, name, fault))
    const metrics = Object.assign({}, ...(await Promise.all(all))) as Metrics
    const missed = Object.keys(faults).reduce((sum, name) => sum + (metrics[`${name}Missed`] ?? 0), 0)
    return { ...metrics, missed }
  },
}
