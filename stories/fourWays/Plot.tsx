import { useMemo } from 'react'
import { PlotFigure } from '../parts/PlotFigure.tsx'
import { SPAN, STEP } from './createHistory.ts'
import { plotOptions, type PlotScale, toAxis } from './plotOptions.ts'

interface PlotProps {
  readonly title: string
  /** What stands at the vertical axis. */
  readonly scale: PlotScale
  /** One line for each way, oldest value first. */
  readonly lines: readonly (readonly (number | null)[])[]
  /** The same in words. */
  readonly summary: string
}

const times = Array.from({ length: SPAN / STEP + 1 }, (_, index) => (index * STEP - SPAN) / 1_000)

/** The last minute of all ways in one plot. */
export function Plot({ title, scale, lines, summary }: PlotProps) {
  const options = useMemo(() => plotOptions(scale), [scale])
  const data = useMemo(
    (): [number[], ...(number | null)[][]] => [
      times,
      ...lines.map(line => line.map(value => toAxis(scale, value))),
    ],
    [lines, scale],
  )
  return <PlotFigure title={title} options={options} data={data} summary={summary} />
}
