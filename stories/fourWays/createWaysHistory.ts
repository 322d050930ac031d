import { createHistory, type History, timesOf } from '../parts/createHistory.ts'
import type { Totals } from './createMeter.ts'

/** One transport over the last seconds. */
export interface Reading {
  /** Average age of a value on arrival (ms); `null` if none arrived. */
  readonly late: number | null
  /** These three are per minute. */
  readonly requests: number
  readonly bytes: number
  readonly values: number
}

/** One reading per transport, in the order of the meters. */
export type Moment = readonly Reading[]

const EXTENT = { step: 500, span: 60_000 }
/** Period of one reading (ms). */
const WINDOW = 10_000
/** Shorter periods are too short to extrapolate to a minute (ms). */
const SHORTEST = 2_000

/** Times of the moments, in seconds relative to now. */
export const TIMES = timesOf(EXTENT)

interface Sample {
  readonly time: number
  readonly totals: readonly Totals[]
}

/** Creates the history of the last minute. */
export function createWaysHistory(meters: readonly { readonly totals: Totals }[]): History<Moment> {
  let samples: Sample[] = []

  function read(): Moment | undefined {
    const now: Sample = { time: Date.now(), totals: meters.map(({ totals }) => ({ ...totals })) }
    samples = [...samples.filter(({ time }) => now.time - time <= WINDOW), now]
    return readingsBetween(samples[0] ?? now, now)
  }

  return createHistory({ ...EXTENT, read })
}

function readingsBetween(first: Sample, last: Sample): Moment | undefined {
  const elapsed = last.time - first.time
  if (elapsed < SHORTEST) return undefined
  return last.totals.map((totals, index) => {
    const before = first.totals[index] ?? totals
    const aMinute = (name: keyof Totals) => ((totals[name] - before[name]) * 60_000) / elapsed
    const values = totals.values - before.values
    return {
      late: values > 0 ? (totals.lateness - before.lateness) / values : null,
      requests: aMinute('requests'),
      bytes: aMinute('bytes'),
      values: aMinute('values'),
    }
  })
}
