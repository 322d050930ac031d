import type { Bench } from '../Bench.ts'
import { contenders, type ContenderName } from '../contenders.ts'
import { median } from '../statistics.ts'
import type { Axis } from './axes.ts'
import type { Plot } from './renderPlot.ts'

/** The line of each contender. */
export const colours: Readonly<Record<ContenderName, string>> = {
  realtime: '#d62728',
  sharedWorker: '#17becf',
  floor: '#7f7f7f',
  raw: '#1f77b4',
  setQueryData: '#ff7f0e',
  unshared: '#bcbd22',
  reactUseWebSocket: '#2ca02c',
  partysocket: '#8c564b',
  ahooks: '#e377c2',
  swr: '#9467bd',
}

/** Measures along an axis, round by round. A contender that fails at a value has no point there. */
export async function measureGrowth(bench: Bench, axis: Axis, rounds: number): Promise<Plot> {
  const costs = new Map<ContenderName, Map<number, number[]>>(axis.contenders.map(name => [name, new Map()]))
  for (let round = 0; round < rounds; round++) {
    for (const value of axis.values) {
      for (const name of axis.contenders) {
        const cost = await bench
          .visit(name, visit => axis.measure(visit, name, value))
          .catch((error: unknown) => {
            console.error(`${axis.name} ${value} ${name}: ${String(error)}`)
          })
        if (cost === undefined) continue
        console.error(`${axis.name} ${value} ${name}: ${cost}`)
        const byValue = costs.get(name)
        byValue?.set(value, [...(byValue.get(value) ?? []), cost])
      }
    }
  }
  const series = [...costs].map(([name, byValue]) => ({
    title: contenders[name].title.replaceAll('`', ''),
    colour: colours[name],
    points: [...byValue].map(([value, all]) => [value, median(all)] as const),
  }))
  return { title: axis.title, unit: axis.unit, series }
}
