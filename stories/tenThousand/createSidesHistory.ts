import { createHistory, type History, timesOf } from '../parts/createHistory.ts'
import type { Reading, Report } from './report.ts'
import type { SideName } from './sides.ts'

/** The reports that came in one step. */
export type Moment = Readonly<Partial<Record<SideName, Report>>>

export interface SidesHistory extends History<Moment> {
  /** Takes a report. */
  add(name: SideName, report: Report): void
}

const EXTENT = { step: 500, span: 30_000 }

/** When the moments were, in seconds before now. */
export const TIMES = timesOf(EXTENT)

/** What the sides reported in the last half minute. */
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

/** The last that a side has said of itself. */
export function latestReport(moments: Moments, side: SideName): Report | undefined {
  return moments.reduce<Report | undefined>((latest, moment) => moment?.[side] ?? latest, undefined)
}

/** A side's figures at each moment. A side that was too busy to report says later how it was. */
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
