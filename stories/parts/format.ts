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

/** As many decimals as a price of that size is quoted with. */
export const formatPrice = (price: number): string => {
  const digits = price >= 5 ? 2 : 4
  return price.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
