/** A running timer, as `setTimeout` returns it (an object in Node, a number in browsers). */
export type TimerHandle = ReturnType<typeof setTimeout>

/** Time as the core sees it, in ms. */
export interface Clock {
  /** The wall clock, since the epoch: for what users see. It jumps when the system's time is set. */
  now(): number
  /** For deadlines: time since an arbitrary start. It never goes back, and it counts sleep. */
  elapsed(): number
  setTimeout(callback: () => void, delay: number): TimerHandle
  clearTimeout(handle: TimerHandle | undefined): void
}

/** Above this, a browser's timer fires at once instead of late (HTML standard, "timer initialization steps"). */
const MAX_TIMER_DELAY = 2 ** 31 - 1

/** The real clock. It reads the globals when called, so that fake timers installed later are used. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: createElapsed(),
  setTimeout: (callback, delay) => setTimeout(callback, Math.min(delay, MAX_TIMER_DELAY)),
  clearTimeout: handle => clearTimeout(handle),
}

/** By how much the two clocks may differ from rounding and slow adjustment (ms); more is a sleep or a clock that was set. */
const TOLERANCE = 1_000

/**
 * The monotonic clock stops during sleep on some platforms, and the wall clock can be set back. So time passes by the
 * monotonic clock, and in addition by what the wall clock is ahead of it. A wall clock that is set forward looks like a
 * sleep; one that is set back changes nothing.
 */
function createElapsed(): () => number {
  let total = 0
  let last = { monotonic: 0, wall: 0 }
  let isStarted = false
  return () => {
    const wall = Date.now()
    const monotonic = readMonotonic()
    if (!isStarted || monotonic === undefined || monotonic < last.monotonic) {
      // Without a monotonic clock, the wall clock has to do, as far as it goes forward.
      if (isStarted && monotonic === undefined) total += Math.max(0, wall - last.wall)
      isStarted = true
      last = { monotonic: monotonic ?? 0, wall }
      return total
    }
    const ahead = wall - last.wall - (monotonic - last.monotonic)
    if (Math.abs(ahead) <= TOLERANCE) return total + monotonic - last.monotonic
    total += monotonic - last.monotonic + Math.max(0, ahead)
    last = { monotonic, wall }
    return total
  }
}

function readMonotonic(): number | undefined {
  return (globalThis as { performance?: { now?(): number } }).performance?.now?.()
}
