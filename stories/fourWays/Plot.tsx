import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
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

const HEIGHT = 190
const times = Array.from({ length: SPAN / STEP + 1 }, (_, index) => (index * STEP - SPAN) / 1_000)

/** The last minute of all ways in one plot. */
export function Plot({ title, scale, lines, summary }: PlotProps) {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(null)

  useEffect(() => {
    const { current } = frame
    if (!current) return
    const size = () => ({ width: Math.max(200, current.clientWidth), height: HEIGHT })
    const created = new UPlot({ ...plotOptions(scale), ...size() }, [times], current)
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
  }, [scale])

  useEffect(() => {
    plot.current?.setData([times, ...lines.map(line => line.map(value => toAxis(scale, value)))])
  }, [lines, scale])

  return (
    <figure className="four-ways-plot">
      <figcaption>{title}</figcaption>
      <div ref={frame} role="img" aria-label={summary} />
    </figure>
  )
}
