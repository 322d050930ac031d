/** Messages a second to choose from: the slider's steps. */
export const RATES: readonly number[] = [100, 200, 500, 1_000, 2_000, 5_000, 10_000]
