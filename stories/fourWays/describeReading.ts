import { formatAmount, formatBytes, formatLate } from '../parts/format.ts'
import type { Reading } from './createWaysHistory.ts'

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
