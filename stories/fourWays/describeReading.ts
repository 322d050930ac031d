import { formatAmount, formatBytes, formatLate } from '../parts/format.ts'
import type { Reading } from './createWaysHistory.ts'

/** Describes a reading in words. `made` is the highest number of values per minute of any transport. */
export function describeReading({ late, requests, bytes, values }: Reading, made: number): string {
  const count = Math.round(requests)
  const sent = count === 0 ? 'no request' : count === 1 ? '1 request' : `${formatAmount(count)} requests`
  const cost = `${sent} and ${formatBytes(bytes)} a minute`
  if (late === null) return `Nothing new; ${cost}.`
  const share = Math.min(1, values / made)
  const missed = share > 0.9 ? 'shows every price' : `shows ${Math.round(share * 100)}% of the prices`
  return `${formatLate(late)} late on average, ${cost}; ${missed}.`
}
