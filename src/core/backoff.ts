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

/** What determines the delay before a retry; times in ms. */
interface RetryPace {
  /** 0 for the first retry. */
  retryCount: number
  options: BackoffOptions
  /** The shortest delay that the server requested; 0 if none. */
  floor: number
  /** The shortest delay without a floor. Default 0. */
  least?: number
  /** In [0, 1). */
  random: number
}

/** The delay before a retry (ms): a back-off with jitter, never less than `least` and never less than `floor`. */
export function retryDelay({ retryCount, options, floor, least = 0, random }: RetryPace): number {
  const longest = Math.max(least, backoffDelay(retryCount, options, 1))
  const delay = least + random * (longest - least)
  return floor > 0 ? Math.max(delay, delayAbove(floor, longest, random)) : delay
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
