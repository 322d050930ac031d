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
