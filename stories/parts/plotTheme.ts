import type UPlot from 'uplot'

/** A colour of the playground's theme, as it is now. */
export function themed(name: string): () => string {
  return () => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

const line = { stroke: themed('--line'), width: 1 }

/** What an axis of the playground looks like. */
export const plotAxis: UPlot.Axis = {
  stroke: themed('--text-quiet'),
  font: '12px system-ui, sans-serif',
  grid: line,
  ticks: line,
}
