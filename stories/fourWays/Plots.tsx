import { useMemo } from 'react'
import { Card } from '../parts/Card.tsx'
import { Columns } from '../parts/Columns.tsx'
import { formatAmount, formatBytes, formatLate } from '../parts/format.ts'
import { Plot } from '../parts/Plot.tsx'
import type { PlotScale } from '../parts/plotOptions.ts'
import { Swatch } from '../parts/Swatch.tsx'
import { type Moment, type Reading, TIMES } from './createWaysHistory.ts'
import { WAYS } from './ways.ts'

interface Measure {
  readonly name: keyof Reading
  readonly title: string
  readonly scale: PlotScale
}

const MEASURES: readonly Measure[] = [
  {
    name: 'late',
    title: 'Delivery latency',
    scale: { isLogarithmic: true, least: 1_000, format: formatLate },
  },
  {
    name: 'requests',
    title: 'Requests a minute',
    scale: { isLogarithmic: false, least: 60, format: formatAmount },
  },
  {
    name: 'bytes',
    title: 'Bytes a minute',
    scale: { isLogarithmic: false, least: 10_000, format: formatBytes },
  },
]

type Moments = readonly (Moment | undefined)[]

/** The last minute of all four transports as plots, and the current figures as a table. */
export function Plots({ moments }: { readonly moments: Moments }) {
  const latest = moments.at(-1)
  return (
    <Card title="The last minute">
      <Columns min="17rem">
        {MEASURES.map(measure => (
          <MeasurePlot key={measure.name} measure={measure} moments={moments} />
        ))}
      </Columns>
      <div className="four-ways-scroll" role="region" aria-label="Figures" tabIndex={0}>
        <table className="four-ways-table" aria-label="The last ten seconds">
          <thead>
            <tr>
              <th scope="col">Transport</th>
              <th scope="col">Latency</th>
              <th scope="col">Requests a minute</th>
              <th scope="col">Bytes a minute</th>
              <th scope="col">Prices a minute</th>
            </tr>
          </thead>
          <tbody>
            {WAYS.map(({ name, title }, index) => (
              <ReadingRow key={name} index={index} title={title} reading={latest?.[index]} />
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet four-ways-note">
        Averages of the last ten seconds. Latency is the age of a price when it arrives. Bytes count both
        directions: bodies, frames and response headers. Request headers are not included.
      </p>
    </Card>
  )
}

function MeasurePlot({ measure: { name, title, scale }, moments }: { measure: Measure; moments: Moments }) {
  const lines = useMemo(
    () => WAYS.map((_, way) => ({ values: moments.map(moment => moment?.[way]?.[name] ?? null) })),
    [moments, name],
  )
  const latest = moments.at(-1)
  const parts = WAYS.map(({ title: way }, index) => {
    const value = latest?.[index]?.[name] ?? null
    return `${way}: ${value === null ? 'none' : scale.format(value)}`
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

function ReadingRow({
  index,
  title,
  reading,
}: {
  index: number
  title: string
  reading: Reading | undefined
}) {
  const { late = null, requests, bytes, values } = reading ?? {}
  return (
    <tr data-requests={requests} data-bytes={bytes}>
      <th scope="row">
        <Swatch index={index} /> {title}
      </th>
      <td className="figures">{late === null ? '–' : formatLate(late)}</td>
      <td className="figures">{requests === undefined ? '–' : formatAmount(requests)}</td>
      <td className="figures">{bytes === undefined ? '–' : formatBytes(bytes)}</td>
      <td className="figures">{values === undefined ? '–' : formatAmount(values)}</td>
    </tr>
  )
}
