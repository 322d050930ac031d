import { contenders, type ContenderName } from './contenders.ts'

/** The result of one measurement, by the name of the metric. */
export type Metrics = Readonly<Record<string, number>>

/** One measurement of a contender: its figures, or why it failed. */
export type Sample = Metrics | { readonly failure: string }

/** All samples of a workload, by contender and then by round. */
export type Samples = ReadonlyMap<ContenderName, readonly Sample[]>

/** What a figure is compared with. */
export type Reference = ContenderName | 'best peer'

/** A metric, alone or compared with that of another contender in the same round. */
export interface Figure {
  metric: string
  against?: Reference
  /** How they are compared: by ratio (default) or by difference. */
  by?: 'ratio' | 'difference'
}

export const isFailure = (sample: Sample | undefined): sample is { readonly failure: string } =>
  typeof sample?.failure === 'string'

/** A figure's value in each round that has one. */
export function valuesOf(
  samples: Samples,
  contender: ContenderName,
  { metric, against, by }: Figure,
): number[] {
  const rounds = (samples.get(contender) ?? []).map((sample, round) => {
    const value = read(sample, metric)
    if (against === undefined) return value
    const reference = readReference(samples, round, metric, against)
    return by === 'difference' ? value - reference : value / reference
  })
  return rounds.filter(value => !Number.isNaN(value))
}

function read(sample: Sample | undefined, metric: string): number {
  return sample === undefined || isFailure(sample) ? Number.NaN : (sample[metric] ?? Number.NaN)
}

function readReference(samples: Samples, round: number, metric: string, against: Reference): number {
  if (against !== 'best peer') return read(samples.get(against)?.[round], metric)
  const values = [...samples].flatMap(([name, rounds]) =>
    contenders[name].isPeer ? [read(rounds[round], metric)] : [],
  )
  return Math.min(...values.filter(value => !Number.isNaN(value)))
}
