import type { Totals } from './createMeter.ts'

/** One way over the last seconds. */
export interface Reading {
  /** Average age of a value at its arrival (ms); `null` where none arrived. */
  readonly late: number | null
  /** All of these a minute. */
  readonly requests: number
  readonly bytes: number
  readonly values: number
}

/** A reading of each way, in the order of the meters; `undefined` before it began. */
export type Moment = readonly Reading[] | undefined

export interface History {
  subscribe(notify: () => void): () => void
  /** The moments shown, oldest first; always as many. */
  getSnapshot(): readonly Moment[]
}

/** Between two readings, and so between two drawings (ms). */
export const STEP = 500
/** How far back the plots go (ms). */
export const SPAN = 60_000
/** What one reading looks back on (ms). */
const WINDOW = 10_000
/** What is shorter says nothing yet about a minute (ms). */
const SHORTEST = 2_000

interface Sample {
  readonly time: number
  readonly totals: readonly Totals[]
}

/** Reads the meters twice a second while somebody looks. */
export function createHistory(meters: readonly { readonly totals: Totals }[]): History {
  const listeners = new Set<() => void>()
  let samples: Sample[] = []
  let moments: readonly Moment[] = Array.from({ length: SPAN / STEP + 1 }, () => undefined)
  let timer: ReturnType<typeof setInterval> | undefined

  function read(): void {
    const now: Sample = { time: Date.now(), totals: meters.map(({ totals }) => ({ ...totals })) }
    samples = [...samples.filter(({ time }) => now.time - time <= WINDOW), now]
    moments = [...moments.slice(1), readingsBetween(samples[0] ?? now, now)]
    for (const notify of listeners) notify()
  }

  return {
    subscribe(notify) {
      listeners.add(notify)
      timer ??= setInterval(read, STEP)
      return () => {
        listeners.delete(notify)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
    getSnapshot: () => moments,
  }
}

function readingsBetween(first: Sample, last: Sample): Moment {
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
