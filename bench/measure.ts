import type { Bench } from './Bench.ts'
import type { ContenderName } from './contenders.ts'
import type { Sample, Samples } from './results.ts'
import type { Workload } from './Workload.ts'

/** Measures all contenders of a workload, round by round, each round beginning with another one. */
export async function measure(bench: Bench, workload: Workload, rounds: number): Promise<Samples> {
  const samples = new Map<ContenderName, Sample[]>(workload.contenders.map(name => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of rotate(workload.contenders, round)) {
      const sample = await workload
        .measure(bench, name)
        .catch((error: unknown) => ({ failure: String(error) }))
      samples.get(name)?.push(sample)
      console.error(`${workload.name} ${round + 1}/${rounds} ${name}: ${JSON.stringify(sample)}`)
    }
  }
  return samples
}

function rotate<Item>(items: readonly Item[], by: number): readonly Item[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
