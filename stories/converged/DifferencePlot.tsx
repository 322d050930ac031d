import { useMemo } from 'react'
import UPlot from 'uplot'
import { PlotFigure } from '../parts/PlotFigure.tsx'
import { plotAxis, themed } from '../parts/plotTheme.ts'
import type { Look } from './createRun.ts'
import { SIDES } from './sides.ts'
import { Swatch } from './Swatch.tsx'

interface DifferencePlotProps {
  readonly looks: readonly Look[]
  /** When both sockets dropped (ms). */
  readonly cuts: readonly number[]
  /** Duration of the faults (s). */
  readonly seconds: number
}

/** Time for traffic to settle, at the end of the plot (s). */
const REST = 4

const stepped = UPlot.paths.stepped?.({ align: -1 })

function plotOptions(seconds: number): Omit<UPlot.Options, 'width' | 'height'> {
  const points = { show: false }
  const paths = stepped ? { paths: stepped } : {}
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 16, 0, 0],
    scales: {
      x: { time: false, range: [0, seconds + REST] },
      y: { range: (_plot, _min, max) => [-0.5, Math.max(4, max) + 0.5] },
    },
    axes: [
      { ...plotAxis, size: 32, values: (_, splits) => splits.map(second => `${second} s`) },
      {
        ...plotAxis,
        size: 36,
        splits: (_plot, _axis, _min, max) => Array.from({ length: Math.floor(max / 2) + 1 }, (_, i) => 2 * i),
      },
    ],
    series: [
      {},
      { stroke: themed('--plot-2'), width: 2, dash: [6, 3], points, ...paths },
      { stroke: themed('--plot-1'), width: 3, points, ...paths },
      {
        stroke: themed('--text'),
        fill: themed('--text'),
        paths: () => null,
        points: { show: true, size: 7, fill: themed('--text') },
      },
    ],
  }
}

/** The number of wrong orders in each cache over time, and the drops. */
export function DifferencePlot({ looks, cuts, seconds }: DifferencePlotProps) {
  const options = useMemo(() => plotOptions(seconds), [seconds])
  const data = useMemo(() => {
    const wasCut = looks.map(({ at }, index) =>
      cuts.some(cut => cut <= at && cut > (looks[index - 1]?.at ?? 0)),
    )
    return [
      looks.map(({ at }) => at / 1_000),
      looks.map(({ differing }) => differing.glue.length),
      looks.map(({ differing }) => differing.library.length),
      wasCut.map(isCut => (isCut ? -0.5 : null)),
    ] satisfies UPlot.AlignedData
  }, [looks, cuts])
  const { library, glue } = looks.at(-1)?.differing ?? { library: [], glue: [] }
  return (
    <div>
      <PlotFigure
        title="Orders that differ from the server"
        options={options}
        data={data}
        summary={`A plot over time. Now ${library.length} with the library and ${glue.length} with handwritten code.`}
        height={160}
      />
      <p className="converged-legend quiet">
        <span>
          <Swatch of="library" /> {SIDES.library.title}
        </span>
        <span>
          <Swatch of="glue" /> {SIDES.glue.title}
        </span>
        <span>
          <Swatch of="cut" /> both sockets dropped
        </span>
      </p>
    </div>
  )
}
