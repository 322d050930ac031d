import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import './plot.css'
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

const HEIGHT = 190

/** The last seconds of several things in one plot. */
export function Plot({ title, scale, times, lines, summary }: PlotProps) {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(null)
  const count = lines.length

  useEffect(() => {
    const { current } = frame
    if (!current) return
    const size = () => ({ width: Math.max(200, current.clientWidth), height: HEIGHT })
    const options = plotOptions({ scale, count, from: times[0] ?? 0 })
    const created = new UPlot({ ...options, ...size() }, [[...times]], current)
    plot.current = created
    const resized = new ResizeObserver(() => created.setSize(size()))
    resized.observe(current)
    const themed = new MutationObserver(() => created.redraw())
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      resized.disconnect()
      themed.disconnect()
      created.destroy()
    }
  }, [scale, times, count])

  useEffect(() => {
    const onAxis = (values: Values) => values.map(value => toAxis(scale, value))
    const areas = lines.map(({ values, area }) => onAxis(area ?? values))
    plot.current?.setData([[...times], ...lines.map(({ values }) => onAxis(values)), ...areas])
  }, [scale, times, count, lines])

  return (
    <figure className="plot">
      <figcaption>{title}</figcaption>
      <div ref={frame} role="img" aria-label={summary} data-points={lines.map(countPoints).join(' ')} />
    </figure>
  )
}

function countPoints({ values }: PlotLine): number {
  return values.filter(value => value !== null).length
}
