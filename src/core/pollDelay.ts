import { type BackoffOptions, backoffDelay, delayAbove } from './backoff.ts'
import { withDefaults } from './numberOptions.ts'

/** What determines the time to the next poll; times in ms. */
export interface PollPace {
  interval: number
  /** Polls that have failed in a row. */
  failures: number
  /** Default: twice the interval, doubled with each failure up to 30 s. */
  backoff: Partial<BackoffOptions> | undefined
  /** The wait that the server requested after the last failure (`Retry-After`); 0 if none. */
  floor: number
  /** In [0, 1). */
  random: number
  /** Whether it is the first poll of its loop. */
  isFirst: boolean
}

const MAX_BACKOFF = 30_000
/**
 * The share of the interval by which a first poll may come early, so that clients that started together drift
 * apart.
 */
const PHASE = 0.1

/**
 * The time from the end of one poll to the next (ms). Never less than the interval, except for the first
 * poll. Never less than the server's floor, with jitter on top.
 */
export function pollDelay({ interval, failures, backoff, floor, random, isFirst }: PollPace): number {
  if (failures === 0) return isFirst ? interval * (1 - PHASE * random) : interval
  const shape = withDefaults({ minDelay: 2 * interval, maxDelay: MAX_BACKOFF, factor: 2 }, backoff)
  const longest = backoffDelay(failures - 1, shape, 1)
  const delay = interval + random * Math.max(0, longest - interval)
  return floor > 0 ? Math.max(delay, delayAbove(floor, Math.max(interval, longest), random)) : delay
}
