import { Bench } from './Bench.ts'
import { launchChromium } from './launchChromium.ts'
import { Profiler, type SelfTime } from './Profiler.ts'
import type { Server } from './startServer.ts'
import { renderRows } from './table.ts'
import type { Workload } from './Workload.ts'

/**
 * Prints where the main thread's time goes in a workload of this library. The pages in `folder` must be
 * readable ones.
 */
export async function showProfile(server: Server, folder: string, workload: Workload): Promise<void> {
  const browser = await launchChromium()
  const profiler = new Profiler(folder)
  try {
    const isShared = workload.contenders.includes('sharedWorker')
    await workload.measure(new Bench(browser, server, profiler), isShared ? 'sharedWorker' : 'realtime')
  } finally {
    await browser.close()
  }
  const packages = renderTimes('package', await profiler.topPackages())
  const functions = renderTimes('function', await profiler.topFunctions(25))
  console.log(`\n### ${workload.title}\n\n${packages}\n\n${functions}`)
}

function renderTimes(head: string, times: readonly SelfTime[]): string {
  const rows = times.map(({ place, time, share }) => [
    time.toFixed(1),
    `${(share * 100).toFixed(1)} %`,
    place,
  ])
  return renderRows(['own time, ms', 'share', head], rows)
}
