import { useMemo } from 'react'
import { Card } from '../parts/Card.tsx'
import { Columns } from '../parts/Columns.tsx'
import { formatAmount, formatLate } from '../parts/format.ts'
import { Plot } from '../parts/Plot.tsx'
import type { PlotScale } from '../parts/plotOptions.ts'
import { Swatch } from '../parts/Swatch.tsx'
import { latestReport, type Moment, TIMES, valuesOf } from './createSidesHistory.ts'
import type { Reading } from './report.ts'
import { SIDES } from './sides.ts'

interface Measure {
  readonly title: string
  readonly scale: PlotScale
  readonly line: keyof Reading
  readonly area?: keyof Reading
}

const MEASURES: readonly Measure[] = [
  {
    title: 'Frames a second',
    scale: { isLogarithmic: false, least: 60, format: formatAmount },
    line: 'frames',
  },
  {
    title: 'Latency: p50, shaded up to p95',
    scale: { isLogarithmic: true, least: 1_000, format: formatLate },
    line: 'p50',
    area: 'p95',
  },
]

/** Plots of the last half minute of both sides. */
export function SidePlots({ moments }: { readonly moments: readonly (Moment | undefined)[] }) {
  return (
    <Card title="The last half minute" aside={<Legend />}>
      <Columns min="17rem">
        {MEASURES.map(measure => (
          <MeasurePlot key={measure.line} measure={measure} moments={moments} />
        ))}
      </Columns>
    </Card>
  )
}

function Legend() {
  return (
    <ul className="sides-legend">
      {SIDES.map(({ name, title }, index) => (
        <li key={name}>
          <Swatch index={index} />
          {title}
        </li>
      ))}
    </ul>
  )
}

interface MeasurePlotProps {
  readonly measure: Measure
  readonly moments: readonly (Moment | undefined)[]
}

function MeasurePlot({ measure: { title, scale, line, area }, moments }: MeasurePlotProps) {
  const lines = useMemo(
    () =>
      SIDES.map(({ name }) => ({
        values: valuesOf(moments, name, line),
        ...(area && { area: valuesOf(moments, name, area) }),
      })),
    [moments, line, area],
  )
  const parts = SIDES.map(({ name, title: side }) => {
    const value = latestReport(moments, name)?.reading?.[line] ?? null
    return `${side}: ${value === null ? 'none' : scale.format(value)}`
  })
  return (
    <Plot
      title={title}
      scale={scale}
      times={TIMES}
      lines={lines}
      summary={`${title}, a plot. Now ${parts.join(', ')}.`}
    />
  )
}
