import { buildPages } from './buildPages.ts'
import { check } from './check.ts'
import { compare } from './compare.ts'
import { writeSection } from './docsPage.ts'
import { readFlags, type Flags } from './flags.ts'
import { plotGrowth } from './growth/plotGrowth.ts'
import { plotTabs } from './growth/plotTabs.ts'
import { showProfile } from './showProfile.ts'
import { startServer, type Server } from './startServer.ts'
import { renderVerdicts } from './table.ts'
import { targets } from './targets.ts'
import { sharingWorkloads, workloads } from './workloads.ts'
import { memory } from './workloads/memory.ts'
import type { Workload } from './Workload.ts'

/** With fewer rounds, medians are not worth keeping. */
const enoughRounds = 5

const usuallyProfiled = ['burst', 'steady-10000']

const allWorkloads = [...workloads, ...sharingWorkloads]

function workloadsOf({ mode, workloads: names }: Flags): readonly Workload[] {
  if (mode === 'memory') return [memory]
  if (names.length > 0) return allWorkloads.filter(({ name }) => names.includes(name))
  return mode === 'tabs' ? sharingWorkloads : workloads
}

/** Compares the contenders. Returns whether this library met its targets. Complete results go to the docs. */
async function runComparison(server: Server, flags: Flags): Promise<boolean> {
  const { workloads: names, rounds, mode } = flags
  const { results, text } = await compare(server, workloadsOf(flags), rounds)
  const verdicts = check(results, targets)
  const table = renderVerdicts(verdicts)
  console.log(`\n${table}`)
  const section = mode === 'compare' ? 'results' : mode
  const isComplete = mode === 'memory' || (names.length === 0 && rounds >= enoughRounds)
  const plot = isComplete && mode === 'tabs' ? `\n\n${await plotTabs(results)}` : ''
  if (isComplete) await writeSection(section, `${text}${plot}\n\n### Targets\n\n${table}`)
  const short = verdicts.filter(({ isMet }) => !isMet)
  console.log(`\n${verdicts.length - short.length} of ${verdicts.length} targets are met.`)
  return short.length === 0
}

async function run(flags: Flags): Promise<number> {
  const { mode, workloads: names, rounds } = flags
  const folder = await buildPages(mode === 'profile')
  const server = await startServer(folder)
  try {
    if (mode === 'growth') {
      await writeSection('growth', await plotGrowth(server, rounds))
    } else if (mode === 'profile') {
      const profiled = names.length > 0 ? names : usuallyProfiled
      for (const workload of allWorkloads) {
        if (profiled.includes(workload.name)) await showProfile(server, folder, workload)
      }
    } else {
      const isMet = await runComparison(server, flags)
      if (flags.check && !isMet) return 1
    }
    return 0
  } finally {
    server.stop()
  }
}

try {
  const names = allWorkloads.map(({ name }) => name)
  process.exitCode = await run(readFlags(process.argv.slice(2), names))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
