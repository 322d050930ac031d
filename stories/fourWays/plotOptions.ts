import type UPlot from 'uplot'
import { plotAxis, themed } from '../parts/plotTheme.ts'

/** What a plot measures. */
export interface PlotScale {
  /** Powers of ten, from 1 on, have the same distance. */
  readonly isLogarithmic: boolean
  /** The axis goes at least this far. */
  readonly least: number
  readonly format: (value: number) => string
}

/** Where a value stands on its axis. */
export function toAxis({ isLogarithmic }: PlotScale, value: number | null): number | null {
  return isLogarithmic && value !== null ? Math.log10(Math.max(1, value)) : value
}

/** Lines may lie on each other: the later ones leave gaps through which the earlier ones show. */
const LINES: readonly UPlot.Series[] = [
  { stroke: themed('--plot-1'), width: 2 },
  { stroke: themed('--plot-2'), width: 2, dash: [10, 4] },
  { stroke: themed('--plot-3'), width: 4 },
  { stroke: themed('--plot-4'), width: 2, dash: [3, 4] },
]

function valueAxis({ isLogarithmic, format }: PlotScale): UPlot.Axis {
  if (!isLogarithmic) return { values: (_, splits) => splits.map(format) }
  return {
    splits: (_plot, _axis, _min, max) => Array.from({ length: Math.floor(max) + 1 }, (_, power) => power),
    values: (_, splits) => splits.map(power => format(10 ** power)),
  }
}

/** What a plot of the playground looks like: no legend and no cursor, as the cards and the table say the same. */
export function plotOptions(scale: PlotScale): Omit<UPlot.Options, 'width' | 'height'> {
  const least = toAxis(scale, scale.least) ?? 0
  const top = (max: number | null) => (scale.isLogarithmic ? Math.ceil(max ?? 0) : (max ?? 0) * 1.1)
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 16, 0, 0],
    scales: {
      x: { time: false, range: [-60, 0] },
      y: { range: (_plot, _min, max) => [0, Math.max(least, top(max))] },
    },
    axes: [
      {
        ...plotAxis,
        size: 32,
        values: (_, splits) => splits.map(seconds => (seconds === 0 ? 'now' : `−${-seconds} s`)),
      },
      { ...plotAxis, size: 64, ...valueAxis(scale) },
    ],
    series: [{}, ...LINES.map(series => ({ ...series, points: { show: false } }))],
  }
}
