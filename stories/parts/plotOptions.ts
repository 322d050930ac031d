import type UPlot from 'uplot'
import { plotAxis, themed } from './plotTheme.ts'

/** What a plot measures. */
export interface PlotScale {
  /** Whether the axis is logarithmic, from 1 upwards. */
  readonly isLogarithmic: boolean
  /** Minimum end of the axis. */
  readonly least: number
  readonly format: (value: number) => string
}

/** Position of a value on its axis. */
export function toAxis({ isLogarithmic }: PlotScale, value: number | null): number | null {
  return isLogarithmic && value !== null ? Math.log10(Math.max(1, value)) : value
}

/** Translucent, so that the lines below stay visible. */
function translucent(name: string) {
  const color = themed(name)
  return () => `${color()}33`
}

/** Lines may overlap, so later ones are dashed and earlier ones stay visible. */
const LINES: readonly UPlot.Series[] = [
  { stroke: themed('--plot-1'), width: 2 },
  { stroke: themed('--plot-2'), width: 2, dash: [10, 4] },
  { stroke: themed('--plot-3'), width: 4 },
  { stroke: themed('--plot-4'), width: 2, dash: [3, 4] },
]

const AREAS = ['--plot-1', '--plot-2', '--plot-3', '--plot-4'].map(translucent)

const PLAIN = { points: { show: false } }

function valueAxis({ isLogarithmic, format }: PlotScale): UPlot.Axis {
  if (!isLogarithmic) return { values: (_, splits) => splits.map(format) }
  return {
    splits: (_plot, _axis, _min, max) => Array.from({ length: Math.floor(max) + 1 }, (_, power) => power),
    values: (_, splits) => splits.map(power => format(10 ** power)),
  }
}

interface PlotContent {
  readonly scale: PlotScale
  /** Number of lines, each with an area. */
  readonly count: number
  /** Start of the time axis, in seconds relative to now. */
  readonly from: number
}

/**
 * The options of every plot: no legend and no cursor, because swatches and figures stand next to it. The series are the
 * lines, then the upper edges of their areas.
 */
export function plotOptions({ scale, count, from }: PlotContent): Omit<UPlot.Options, 'width' | 'height'> {
  const least = toAxis(scale, scale.least) ?? 0
  const top = (max: number | null) => (scale.isLogarithmic ? Math.ceil(max ?? 0) : (max ?? 0) * 1.1)
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 16, 0, 0],
    scales: {
      x: { time: false, range: [from, 0] },
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
    series: [
      {},
      ...LINES.slice(0, count).map(line => ({ ...line, ...PLAIN })),
      ...LINES.slice(0, count).map(() => PLAIN),
    ],
    bands: AREAS.slice(0, count).map((fill, index) => ({ series: [count + index + 1, index + 1], fill })),
  }
}
