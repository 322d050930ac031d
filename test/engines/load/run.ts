import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { missingPackages, startCluster } from '../../../examples/nchan-cluster/cluster.mjs'
import { faults } from '../../../examples/nchan-cluster/faults.mjs'
import { Clients, type Transport, transportNames, waitFor } from './clients.ts'

type Cluster = Awaited<ReturnType<typeof startCluster>>

/** How long a fault lasts (s). */
const OUTAGE = 10

const { values } = parseArgs({
  options: { open: { type: 'string', default: '5000' }, break: { type: 'string', default: '2000' } },
})

async function withCluster<Result>(task: (cluster: Cluster) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'load-'))
  const cluster = await startCluster(folder, { rowsPerSecond: 0, page: folder })
  try {
    return await task(cluster)
  } finally {
    await cluster.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The memory of the processes of nginx that belong to a node (kB), with its share of what they share. */
async function memoryOf(errorLog: string): Promise<number> {
  let sum = 0
  const parents = new Set<string>()
  const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const read = (path: string) => readFile(path, 'utf8').catch(() => '')
  for (const id of ids) if ((await read(`/proc/${id}/cmdline`)).includes(errorLog)) parents.add(id)
  for (const id of ids) {
    const parent = /^PPid:\s+(\d+)/m.exec(await read(`/proc/${id}/status`))?.[1] ?? ''
    if (!parents.has(id) && !parents.has(parent)) continue
    sum += Number(/^Pss:\s+(\d+)/m.exec(await read(`/proc/${id}/smaps_rollup`))?.[1] ?? 0)
  }
  return sum
}

const numberOf = (value: number, digits = 0) => value.toFixed(digits)

async function publishMark({ publisher }: { publisher: string }): Promise<void> {
  const { ok } = await fetch(`${publisher}/publish/rows`, { method: 'POST', body: '{"type":"mark"}' })
  if (!ok) throw new Error('The message was not accepted.')
}

/** Many connections to one node, and messages to all of them. */
async function measureOpen(transport: Transport, count: number): Promise<string[]> {
  return withCluster(async ({ nodes, url }) => {
    const { a } = nodes
    await fetch(url).then(response => response.body?.cancel())
    const before = await memoryOf(a.errorLog)
    const began = performance.now()
    const clients = new Clients(a.url, transport, count)
    await waitFor(() => clients.openCount >= count, 60_000)
    const took = performance.now() - began
    const opened = clients.openCount
    await sleep(2_000)
    const memory = ((await memoryOf(a.errorLog)) - before) / count
    const halves: number[] = []
    const lasts: number[] = []
    for (let round = 0; round < 5; round++) {
      const marks = clients.awaitMarks()
      const sent = performance.now()
      await publishMark(a)
      const times = (await marks).map(time => time - sent)
      if (times.length < count) throw new Error(`${times.length} of ${count} clients got the message.`)
      halves.push(times[Math.floor(count / 2)]!)
      lasts.push(times.at(-1)!)
      await sleep(1_000)
    }
    clients.close()
    const median = (numbers: number[]) => numbers.sort((x, y) => x - y)[2]!
    return [
      transport,
      `${opened}`,
      numberOf((opened / took) * 1_000),
      numberOf(memory, 1),
      `${numberOf(median(halves))} / ${numberOf(median(lasts))}`,
    ]
  })
}

/** The largest number of times within one second. */
function peakOf(times: readonly number[]): number {
  let first = 0
  let peak = 0
  times.forEach((time, index) => {
    while (time - times[first]! > 1_000) first++
    peak = Math.max(peak, index - first + 1)
  })
  return peak
}

/** Many connections through the balancer, while something dies. */
async function measureFault(name: string, transport: Transport, count: number): Promise<string[]> {
  return withCluster(async cluster => {
    const clients = new Clients(cluster.url, transport, count)
    if (!(await waitFor(() => clients.openCount >= count, 60_000)))
      throw new Error(`${clients.openCount} of ${count} opened.`)
    // A connection is proven after 5 s: until then, its next waits would be longer.
    await sleep(6_000)
    clients.begin()
    const began = performance.now()
    await faults[name]!.strike(cluster, OUTAGE)
    const end = performance.now()
    await waitFor(() => clients.isBack, 120_000)
    const backAt = clients.backAt ?? began
    const { attempts, lowest } = clients
    const failing = attempts.filter(time => time <= Math.max(end, backAt))
    const cells = [count - lowest, failing.length, peakOf(failing)].map(each => numberOf(each))

    await sleep(2_000)
    const marks = clients.awaitMarks()
    await publishMark(cluster.nodes.b)
    const got = (await marks).length
    clients.close()
    const back = [backAt - began, backAt - end].map(time => numberOf(time / 1_000, 1)).join(' / ')
    return [
      faults[name]!.does,
      transport,
      ...cells,
      count === lowest ? '–' : back,
      `${clients.gaps}`,
      `${got}`,
    ]
  })
}

function printTable(rows: readonly (readonly string[])[]): void {
  const [head = [], ...body] = rows
  const lines = [head, head.map(() => '---'), ...body].map(cells => `| ${cells.join(' | ')} |`)
  console.log(`\n${lines.join('\n')}\n`)
}

const missing = missingPackages()
if (missing.length > 0) throw new Error(`Install ${missing.join(', ')}.`)

/** Collects a row, and shows it at once. */
async function collect(rows: string[][], row: Promise<string[]>): Promise<void> {
  rows.push(await row)
  console.error(rows.at(-1)!.join(', '))
}

const opened: string[][] = []
for (const transport of transportNames) await collect(opened, measureOpen(transport, Number(values.open)))
printTable([
  ['transport', 'opened', 'a second', 'kB each', 'one message to all: half / last (ms)'],
  ...opened,
])

const broken: string[][] = []
for (const name of ['kill-a', 'away', 'restart-redis']) {
  for (const transport of transportNames)
    await collect(broken, measureFault(name, transport, Number(values.break)))
}
printTable([
  [
    `for ${OUTAGE} s`,
    'transport',
    'cut off',
    'attempts',
    'in one second',
    '99 % back after its begin / end (s)',
    'gaps',
    'got the next message',
  ],
  ...broken,
])
process.exit()
