/** The shape of a back-off; delays in ms. */
export interface BackoffOptions {
  minDelay: number
  maxDelay: number
  factor: number
}

/**
 * The delay before a retry, in ms: "full jitter", a random share of the exponentially growing step, so that many
 * clients that lost the same server do not come back at the same time.
 *
 * @param retryCount 0 for the first retry.
 * @param random a number in [0, 1), e.g. `Math.random()`.
 */
export function backoffDelay(retryCount: number, options: BackoffOptions, random: number): number {
  // Zero times infinity is no number.
  const step = Math.min(options.maxDelay, options.minDelay * options.factor ** retryCount || 0)
  return random * step
}

/**
 * A delay that is not below a floor, in ms. Jitter of at least the floor's own size comes on top: clients that were all
 * given the same floor would come back at the same time otherwise.
 *
 * @param longest the longest delay without a floor.
 * @param random a number in [0, 1).
 */
export function delayAbove(floor: number, longest: number, random: number): number {
  return floor + random * Math.max(floor, longest - floor)
}

/** Nobody waits for more than this while an outage is short (ms). */
const SHORT_WAIT = 2_000

/** The longest wait while an outage goes on: half of what it has lasted, at least 2 s or `minDelay`, up to `maxDelay`. All in ms. */
export function longestWait(outage: number, { minDelay, maxDelay }: BackoffOptions): number {
  return Math.min(maxDelay, Math.max(minDelay, SHORT_WAIT, outage / 2))
}

const MIN_GAP_SPREAD = 1_000
const MAX_GAP_SPREAD = 5_000

/** Over how long many clients spread the refetches of a gap: half the outage, between 1 and 5 s. In ms. */
export function defaultGapSpread(outage: number): number {
  return Math.min(MAX_GAP_SPREAD, Math.max(MIN_GAP_SPREAD, outage / 2))
}
