import { expect, test } from 'vitest'
import { latestReport, valuesOf } from '../../stories/tenThousand/createSidesHistory.ts'
import type { Report } from '../../stories/tenThousand/report.ts'

const report = (frames: number): Report => ({
  reading: { frames, messages: 0, p50: null, p95: null },
  shown: {},
})

const moments = [undefined, {}, { glue: report(60) }, {}, {}, { glue: report(2) }, {}]

test('the next report fills the gap of a side that was too busy to report', () => {
  expect(valuesOf(moments, 'glue', 'frames')).toEqual([null, null, 60, 2, 2, 2, null])
})

test('a side that has not reported yet has no figures', () => {
  expect(valuesOf(moments, 'library', 'frames')).toEqual(moments.map(() => null))
  expect(latestReport(moments, 'library')).toBeUndefined()
})

test('a side has no figures while it is out of sight', () => {
  const hidden: Report = { reading: null, shown: {} }
  const values = valuesOf([{ glue: report(60) }, { glue: hidden }, { glue: report(50) }], 'glue', 'frames')
  expect(values).toEqual([60, null, 50])
})

test('the latest report stands until the next one', () => {
  expect(latestReport(moments, 'glue')).toEqual(report(2))
})
