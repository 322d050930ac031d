import type { Bench } from './Bench.ts'
import type { ContenderName } from './contenders.ts'
import type { Sample, Samples } from './results.ts'
import type { Workload } from './Workload.ts'

/** Measures all contenders of a workload, round by round. Each round begins with another one. */
export async function measure(bench: Bench, workload: Workload, rounds: number): Promise<Samples> {
  const samples = new Map<ContenderName, Sample[]>(workload.contenders.map(name => [name, []]))
  const count = Math.min(rounds, workload.mostRounds ?? rounds)
  for (let round = 0; round < count; round++) {
    const measureOne = async (name: ContenderName) => {
      const sample = await workload.measure(bench, name).catch(describeFailure)
      samples.get(name)?.push(sample)
      console.error(`${workload.name} ${round + 1}/${count} ${name}: ${JSON.stringify(sample)}`)
    }
    const names = rotate(workload.contenders, round)
    if (workload.isConcurrent) await Promise.all(names.map(measureOne))
    else for (const name of names) await measureOne(name)
  }
  return samples
}

function describeFailure(error: unknown): Sample {
  return { failure: error instanceof Error ? error.message : String(error) }
}

function rotate<Item>(items: readonly Item[], by: number): readonly Item[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
