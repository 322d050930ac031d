import { createHistory, type History, timesOf } from '../parts/createHistory.ts'
import type { Reading, Report } from './report.ts'
import type { SideName } from './sides.ts'

/** The reports of one step. */
export type Moment = Readonly<Partial<Record<SideName, Report>>>

export interface SidesHistory extends History<Moment> {
  /** Adds a report. */
  add(name: SideName, report: Report): void
}

const EXTENT = { step: 500, span: 30_000 }

/** Times of the moments, in seconds relative to now. */
export const TIMES = timesOf(EXTENT)

/** Creates the history of the last half minute. */
export function createSidesHistory(): SidesHistory {
  let reports: Moment = {}

  function read(): Moment {
    const moment = reports
    reports = {}
    return moment
  }

  return {
    ...createHistory({ ...EXTENT, read }),
    add(name, report) {
      reports = { ...reports, [name]: report }
    },
  }
}

type Moments = readonly (Moment | undefined)[]

/** Returns the latest report of a side. */
export function latestReport(moments: Moments, side: SideName): Report | undefined {
  return moments.reduce<Report | undefined>((latest, moment) => moment?.[side] ?? latest, undefined)
}

/** Returns a side's values per moment. The next report fills the gaps of a side that was too busy to report. */
export function valuesOf(moments: Moments, side: SideName, name: keyof Reading): (number | null)[] {
  const first = moments.findIndex(moment => moment?.[side])
  const values: (number | null)[] = moments.map(() => null)
  let next: Report | undefined
  for (let index = moments.length - 1; index >= first && first >= 0; index--) {
    next = moments[index]?.[side] ?? next
    values[index] = next?.reading?.[name] ?? null
  }
  return values
}
