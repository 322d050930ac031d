import UPlot from 'uplot'

/** What a plot measures. */
export interface PlotScale {
  /** Powers of ten have the same distance. */
  readonly isLogarithmic: boolean
  /** The axis goes at least this far. */
  readonly least: number
  readonly format: (value: number) => string
}

/** A colour of the playground's theme, as it is now. */
function themed(name: string) {
  return () => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Lines may lie on each other: the later ones leave gaps through which the earlier ones show. */
const LINES: readonly UPlot.Series[] = [
  { stroke: themed('--plot-1'), width: 2 },
  { stroke: themed('--plot-2'), width: 2, dash: [10, 4] },
  { stroke: themed('--plot-3'), width: 4 },
  { stroke: themed('--plot-4'), width: 2, dash: [3, 4] },
]

/** What a plot of the playground looks like: no legend and no cursor, as the cards and the table say the same. */
export function plotOptions({
  isLogarithmic,
  least,
  format,
}: PlotScale): Omit<UPlot.Options, 'width' | 'height'> {
  const line = { stroke: themed('--line'), width: 1 }
  const axis = { stroke: themed('--text-quiet'), font: '12px system-ui, sans-serif', grid: line, ticks: line }
  const highest = (max: number | null) => Math.max(least, max ?? 0)
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 16, 0, 0],
    scales: {
      x: { time: false, range: [-60, 0] },
      y: isLogarithmic
        ? { distr: 3, range: (_, _min, max) => [1, 10 ** Math.ceil(Math.log10(highest(max)))] }
        : { range: (_, _min, max) => [0, highest(max) * 1.1] },
    },
    axes: [
      {
        ...axis,
        size: 32,
        values: (_, splits) => splits.map(seconds => (seconds === 0 ? 'now' : `−${-seconds} s`)),
      },
      {
        ...axis,
        size: 62,
        space: isLogarithmic ? 15 : 32,
        values: (_, splits) => splits.map(value => (value === null ? '' : format(value))),
      },
    ],
    series: [{}, ...LINES.map(series => ({ ...series, points: { show: false } }))],
  }
}
