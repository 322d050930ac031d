import { Bench } from './Bench.ts'
import { buildPages } from './buildPages.ts'
import { readFlags, type Flags } from './flags.ts'
import { launchChromium } from './launchChromium.ts'
import { measure } from './measure.ts'
import { Profiler, type SelfTime } from './Profiler.ts'
import { startServer, type Server } from './startServer.ts'
import { renderRows, renderTable } from './table.ts'
import type { Workload } from './Workload.ts'
import { workloads } from './workloads.ts'

async function compare(workload: Workload, server: Server, rounds: number): Promise<void> {
  const browser = await launchChromium()
  const samples = await measure(new Bench(browser, server), workload, rounds)
  console.log(`\n### ${workload.title}\n\n${workload.description}\n\n${renderTable(workload, samples)}\n`)
  await browser.close()
}

async function showProfile(workload: Workload, server: Server, folder: string): Promise<void> {
  const browser = await launchChromium()
  const profiler = new Profiler(folder)
  await workload.measure(new Bench(browser, server, profiler), 'realtime')
  await browser.close()
  const table = (head: string, times: readonly SelfTime[]) =>
    renderRows(
      ['own time, ms', 'share', head],
      times.map(({ place, time, share }) => [time.toFixed(1), `${(share * 100).toFixed(1)} %`, place]),
    )
  const packages = table('package', await profiler.topPackages())
  const functions = table('function', await profiler.topFunctions(25))
  console.log(`\n### ${workload.title}\n\n${packages}\n\n${functions}\n`)
}

async function run({ workloads: names, rounds, profile }: Flags): Promise<void> {
  const folder = await buildPages(profile)
  const server = await startServer(folder)
  for (const workload of workloads) {
    if (names.length > 0 && !names.includes(workload.name)) continue
    if (profile) await showProfile(workload, server, folder)
    else await compare(workload, server, rounds)
  }
  server.stop()
}

try {
  await run(
    readFlags(
      process.argv.slice(2),
      workloads.map(({ name }) => name),
    ),
  )
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
