import { Bench } from './Bench.ts'
import { describeRun } from './describeRun.ts'
import { launchChromium } from './launchChromium.ts'
import { measure } from './measure.ts'
import type { Samples } from './results.ts'
import type { Server } from './startServer.ts'
import { renderTable } from './table.ts'
import type { Workload } from './Workload.ts'

/** The results of some workloads, by name, and what to conclude from them. */
export interface Comparison {
  results: ReadonlyMap<string, Samples>
  text: string
}

/** Runs workloads one after another, each in a fresh browser, and prints each when it is done. */
export async function compare(
  server: Server,
  workloads: readonly Workload[],
  rounds: number,
): Promise<Comparison> {
  const results = new Map<string, Samples>()
  const texts: string[] = []
  for (const workload of workloads) {
    const browser = await launchChromium(workload.hasHiddenTabs)
    try {
      if (texts.length === 0) texts.push(await describeRun(browser, rounds))
      const samples = await measure(new Bench(browser, server), workload, rounds)
      const text = `### ${workload.title}\n\n${workload.description}\n\n${renderTable(workload, samples)}`
      console.log(`\n${text}`)
      results.set(workload.name, samples)
      texts.push(text)
    } finally {
      await browser.close()
    }
  }
  return { results, text: texts.join('\n\n') }
}
