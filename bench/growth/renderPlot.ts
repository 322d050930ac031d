/** A line of a plot. */
export interface Series {
  title: string
  colour: string
  points: readonly Point[]
}

export type Point = readonly [x: number, y: number]

export interface Plot {
  /** Below the horizontal axis. */
  title: string
  /** Above the vertical axis. */
  unit: string
  series: readonly Series[]
}

const width = 820
const height = 360
/** The area of the lines; the legend is to the right. */
const left = 64
const right = 520
const top = 36
const bottom = 312

/** A plot with logarithmic axes, as SVG. */
export function renderPlot({ title, unit, series }: Plot): string {
  const points = series.flatMap(line => line.points)
  const x = createScale(
    points.map(point => point[0]),
    [left, right],
  )
  const y = createScale(
    points.map(point => point[1]),
    [bottom, top],
  )
  const columns = x.ticks.map(tick => [
    renderLine([x.at(tick), top], [x.at(tick), bottom]),
    renderText([x.at(tick), bottom + 16], 'middle', format(tick)),
  ])
  const rows = y.ticks.map(tick => [
    renderLine([left, y.at(tick)], [right, y.at(tick)]),
    renderText([left - 8, y.at(tick) + 4], 'end', format(tick)),
  ])
  const lines = series.map(line => {
    const corners = line.points.map(point => [round(x.at(point[0])), round(y.at(point[1]))] as const)
    return renderCorners(corners, line.colour)
  })
  const legend = series.map((line, index) => renderLegend(line, top + 12 + index * 20))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    renderText([left, 20], 'start', unit),
    renderText([(left + right) / 2, height - 12], 'middle', title),
    ...[columns, rows, lines, legend].flat(2),
    '</svg>\n',
  ].join('\n')
}

interface Scale {
  at(value: number): number
  ticks: readonly number[]
}

/**
 * From the power of ten below the smallest value to the one above the largest, with steps of 2 and 5 if there
 * is room.
 */
function createScale(values: readonly number[], [from, to]: Point): Scale {
  const first = Math.floor(Math.log10(Math.min(...values)))
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))))
  const decades = Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index))
  const steps = last - first > 3 ? [1] : [1, 2, 5]
  const ticks = decades.flatMap(decade => steps.map(step => step * decade)).filter(tick => tick <= 10 ** last)
  return { at: value => from + ((Math.log10(value) - first) / (last - first)) * (to - from), ticks }
}

const round = (value: number) => Math.round(value * 10) / 10

const format = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 3 })

const renderLine = ([x1, y1]: Point, [x2, y2]: Point) =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="#ddd"/>`

const renderText = ([x, y]: Point, anchor: 'start' | 'middle' | 'end', text: string) =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="#333">${escape(text)}</text>`

const renderCorners = (corners: readonly Point[], colour: string) => [
  `<polyline points="${corners.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
  ...corners.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`),
]

const renderLegend = ({ title, colour }: Series, y: number) => [
  `<rect x="${right + 16}" y="${y - 9}" width="12" height="12" fill="${colour}"/>`,
  renderText([right + 34, y + 1], 'start', title),
]

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
