import { useMemo } from 'react'
import type UPlot from 'uplot'
import { PlotFigure } from './PlotFigure.tsx'
import { plotOptions, type PlotScale, toAxis } from './plotOptions.ts'

type Values = readonly (number | null)[]

/** Oldest value first. */
export interface PlotLine {
  readonly values: Values
  /** Upper edge of the shaded area above the line. */
  readonly area?: Values
}

interface PlotProps {
  readonly title: string
  /** The vertical axis. */
  readonly scale: PlotScale
  /** Times of the values, in seconds relative to now. */
  readonly times: readonly number[]
  /** Up to four, styled like the `Swatch` of the same index. */
  readonly lines: readonly PlotLine[]
  /** Text alternative. */
  readonly summary: string
}

/** Plots several lines over the last seconds. */
export function Plot({ title, scale, times, lines, summary }: PlotProps) {
  const count = lines.length
  const options = useMemo(() => plotOptions({ scale, count, from: times[0] ?? 0 }), [scale, count, times])
  const data = useMemo((): UPlot.AlignedData => {
    const onAxis = (values: Values) => values.map(value => toAxis(scale, value))
    const areas = lines.map(({ values, area }) => onAxis(area ?? values))
    return [[...times], ...lines.map(({ values }) => onAxis(values)), ...areas]
  }, [scale, times, lines])
  const points = lines.map(countPoints).join(' ')
  return <PlotFigure title={title} options={options} data={data} summary={summary} points={points} />
}

function countPoints({ values }: PlotLine): number {
  return values.filter(value => value !== null).length
}
