import type { Samples } from './results.ts'
import { isFailure, valuesOf } from './results.ts'
import { spread, type Spread } from './statistics.ts'
import type { Target } from './targets.ts'

/** How a target was met. */
export interface Verdict {
  target: Target
  /** The result; `undefined` if there was no figure. */
  reached: Spread | undefined
  isMet: boolean
}

/** Compares the results of workloads, by name, with their targets. */
export function check(results: ReadonlyMap<string, Samples>, targets: readonly Target[]): Verdict[] {
  return targets.flatMap(target => {
    const samples = results.get(target.workload)
    return samples ? [judge(samples, target)] : []
  })
}

function judge(samples: Samples, target: Target): Verdict {
  const { contender = 'realtime' } = target
  const hasFailed = samples.get(contender)?.some(isFailure) ?? true
  const values = valuesOf(samples, contender, target)
  if (hasFailed || values.length === 0) return { target, reached: undefined, isMet: false }
  const reached = spread(values)
  const { atMost = Infinity, atLeast = -Infinity, isStrict = false } = target
  const [least, most] = isStrict ? [reached.min, reached.max] : [reached.median, reached.median]
  return { target, reached, isMet: most <= atMost && least >= atLeast }
}
