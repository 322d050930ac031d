import type UPlot from 'uplot'

/** Reads the current value of a theme colour. */
export function themed(name: string): () => string {
  return () => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

const line = { stroke: themed('--line'), width: 1 }

/** Style of every axis. */
export const plotAxis: UPlot.Axis = {
  stroke: themed('--text-quiet'),
  font: '12px system-ui, sans-serif',
  grid: line,
  ticks: line,
}
