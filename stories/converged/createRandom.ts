/** Pseudo-random numbers, the same for the same seed. */
export interface Random {
  /** From 0 up to, not including, 1. */
  number(): number
  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number
  pick<Item>(from: readonly [Item, ...Item[]]): Item
}

/** Creates a mulberry32 generator. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0

  function number(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  const whole = (min: number, max: number) => min + Math.floor(number() * (max - min + 1))
  return { number, whole, pick: from => from[whole(0, from.length - 1)] ?? from[0] }
}
