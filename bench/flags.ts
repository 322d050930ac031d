import { parseArgs } from 'node:util'

/** What the command line requests. */
export interface Flags {
  /** Names of the workloads to run; empty for all. */
  workloads: readonly string[]
  rounds: number
  /** Whether to compare the results with the targets. */
  check: boolean
  /**
   * What to do: compare contenders, profile this library, plot its growth, measure its memory, or compare shared
   * connections with direct ones.
   */
  mode: 'compare' | 'profile' | 'growth' | 'memory' | 'tabs'
}

const modes = ['profile', 'growth', 'memory', 'tabs'] as const

/** Reads the command line; throws for unknown flags and names. */
export function readFlags(args: readonly string[], known: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workload: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '5' },
      check: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      memory: { type: 'boolean', default: false },
      tabs: { type: 'boolean', default: false },
    },
  })
  const workloads = values.workload.flatMap(value => value.split(','))
  for (const name of workloads) {
    if (known.includes(name)) continue
    throw new Error(`There is no workload "${name}". There are: ${known.join(', ')}.`)
  }
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds takes a number from 1, not "${values.rounds}".`)
  const [mode = 'compare', other] = modes.filter(name => values[name])
  if (other !== undefined) throw new Error(`--${mode} and --${other} do not go together.`)
  if (workloads.length > 0 && (mode === 'growth' || mode === 'memory'))
    throw new Error(`--${mode} takes no --workload.`)
  return { workloads, rounds, check: values.check, mode }
}
