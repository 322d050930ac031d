const clockTime = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 1,
})
const count = new Intl.NumberFormat('en')

const clockSeconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

/** `14:03:27` */
export const formatSecond = (at: number): string => clockSeconds.format(at)

/** `14:03:27.1` */
export const formatTime = (at: number): string => clockTime.format(at)

/** `12,345` */
export const formatCount = (value: number): string => count.format(value)

/** `now`, `7 s ago`, `3 min ago` */
export function formatAgo(at: number, now: number): string {
  const seconds = Math.floor(Math.max(0, now - at) / 1_000)
  if (seconds === 0) return 'now'
  return seconds < 90 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`
}

/** `2.4 s`; never below zero. */
export const formatSeconds = (ms: number): string => `${(Math.max(0, ms) / 1_000).toFixed(1)} s`

const decimals = (digits: number) =>
  new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
const coarse = decimals(2)
const fine = decimals(4)

/** `12,345.67`, `0.1234` */
export const formatPrice = (price: number): string => (price >= 5 ? coarse : fine).format(price)

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
