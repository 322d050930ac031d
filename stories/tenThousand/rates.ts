/** Rates of the slider (messages a second). */
export const RATES: readonly number[] = [100, 200, 500, 1_000, 2_000, 5_000, 10_000]
