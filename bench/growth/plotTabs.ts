import { writeFile } from 'node:fs/promises'
import { contenders } from '../contenders.ts'
import { valuesOf, type Samples } from '../results.ts'
import { median } from '../statistics.ts'
import { tabCounts } from '../workloads/tabs.ts'
import { colours } from './measureGrowth.ts'
import { renderPlot, type Plot } from './renderPlot.ts'

const names = ['realtime', 'sharedWorker'] as const
const title = 'tabs with one feed of 1,000 messages a second'

/** What a message costs all tabs together, by their number. */
export function tabsPlotOf(results: ReadonlyMap<string, Samples>): Plot {
  const series = names.map(name => ({
    title: contenders[name].title,
    colour: colours[name],
    points: tabCounts.flatMap(count => {
      const values = valuesOf(results.get(`tabs-${count}`) ?? new Map(), name, { metric: 'cpu' })
      return values.length > 0 ? [[count, median(values)] as const] : []
    }),
  }))
  return { title, unit: 'all tabs, µs a message', series }
}

/** Writes that plot into `docs`. Returns the Markdown that shows it. */
export async function plotTabs(results: ReadonlyMap<string, Samples>): Promise<string> {
  const file = 'benchmarks-tabs.svg'
  await writeFile(new URL(`../../docs/${file}`, import.meta.url), renderPlot(tabsPlotOf(results)))
  return `![Cost against ${title}](${file})`
}
