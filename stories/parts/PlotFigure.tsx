import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import './plot.css'

interface PlotFigureProps {
  readonly title: string
  /** Look of the plot. A new object creates a new plot. */
  readonly options: Omit<UPlot.Options, 'width' | 'height'>
  readonly data: UPlot.AlignedData
  /** Text alternative. */
  readonly summary: string
  readonly height?: number
  /** Number of points of each line, for tests. */
  readonly points?: string
}

/** A plot that fills its container, in the colours of the theme. */
export function PlotFigure({ title, options, data, summary, height = 190, points }: PlotFigureProps) {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(null)

  useEffect(() => {
    const { current } = frame
    if (!current) return
    const size = () => ({ width: Math.max(200, current.clientWidth), height })
    const created = new UPlot({ ...options, ...size() }, [[]], current)
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
  }, [options, height])

  useEffect(() => {
    plot.current?.setData(data)
  }, [data, options, height])

  return (
    <figure className="plot">
      <figcaption>{title}</figcaption>
      <div ref={frame} role="img" aria-label={summary} data-points={points} />
    </figure>
  )
}
