import type { Reading } from './createHistory.ts'

const rounded = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 })

/** `4 ms`, `1.2 s` */
export function formatLate(late: number): string {
  return late < 1_000 ? `${rounded.format(late)} ms` : `${short.format(late / 1_000)} s`
}

/** `120`, `1.2 k`, `3 M` */
export function formatAmount(value: number): string {
  if (value < 1_000) return rounded.format(value)
  return value < 1_000_000 ? `${short.format(value / 1_000)} k` : `${short.format(value / 1_000_000)} M`
}

/** `920 B`, `4.5 kB` */
export function formatBytes(value: number): string {
  return `${formatAmount(value)}${value < 1_000 ? ' ' : ''}B`
}

/** A way's last seconds in words. `made`: the values a minute of the way that saw most. */
export function describeReading({ late, requests, bytes, values }: Reading, made: number): string {
  const count = Math.round(requests)
  const asked = count === 0 ? 'no request' : count === 1 ? '1 request' : `${formatAmount(count)} requests`
  const cost = `${asked} and ${formatBytes(bytes)} a minute`
  if (late === null) return `Nothing new; ${cost}.`
  const share = Math.min(1, values / made)
  const missed = share > 0.9 ? 'shows every price' : `shows ${Math.round(share * 100)}% of the prices`
  return `${formatLate(late)} late on average, ${cost}; ${missed}.`
}
