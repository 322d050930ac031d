import { withDefaults } from './validation.ts'

/** The shape of a back-off; delays in ms. */
export interface BackoffOptions {
  minDelay: number
  maxDelay: number
  factor: number
}

/**
 * The delay before a retry (ms). Uses "full jitter": a random share of an exponentially growing step, so that
 * clients that lost the same server do not all reconnect at once.
 *
 * @param retryCount 0 for the first retry.
 * @param random a number in [0, 1), e.g. `Math.random()`.
 */
export function backoffDelay(retryCount: number, options: BackoffOptions, random: number): number {
  // Zero times infinity is NaN.
  const step = Math.min(options.maxDelay, options.minDelay * options.factor ** retryCount || 0)
  return random * step
}

/**
 * A delay of at least `floor` (ms). Jitter of at least the floor's size is added: otherwise all clients given
 * the same floor would return at the same time.
 *
 * @param longest the longest delay without a floor (ms).
 * @param random a number in [0, 1).
 */
export function delayAbove(floor: number, longest: number, random: number): number {
  return floor + random * Math.max(floor, longest - floor)
}

/** The longest wait while an outage is short (ms). */
const SHORT_WAIT = 2_000

/**
 * The longest wait during an outage: half of its duration so far, at least 2 s or `minDelay`, at most
 * `maxDelay`. All in ms.
 */
export function longestWait(outage: number, { minDelay, maxDelay }: BackoffOptions): number {
  return Math.min(maxDelay, Math.max(minDelay, SHORT_WAIT, outage / 2))
}

const MIN_GAP_SPREAD = 1_000
const MAX_GAP_SPREAD = 5_000

/** The time over which clients spread their refetches after a gap: half the outage, between 1 and 5 s. In ms. */
export function defaultGapSpread(outage: number): number {
  return Math.min(MAX_GAP_SPREAD, Math.max(MIN_GAP_SPREAD, outage / 2))
}

/** What determines the time to the next poll; times in ms. */
interface PollPace {
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
