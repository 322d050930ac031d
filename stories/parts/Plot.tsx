import { useMemo } from 'react'
import type UPlot from 'uplot'
import { PlotFigure } from './PlotFigure.tsx'
import { plotOptions, type PlotScale, toAxis } from './plotOptions.ts'

type Values = readonly (number | null)[]

/** Oldest value first. */
export interface PlotLine {
  readonly values: Values
  /** How far an area above the line reaches. */
  readonly area?: Values
}

interface PlotProps {
  readonly title: string
  /** What stands at the vertical axis. */
  readonly scale: PlotScale
  /** When the values were, in seconds before now. */
  readonly times: readonly number[]
  /** Up to four, with the looks of the `Swatch` of the same index. */
  readonly lines: readonly PlotLine[]
  /** The same in words. */
  readonly summary: string
}

/** The last seconds of several things in one plot. */
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
