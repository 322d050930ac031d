/** A running timer, as `setTimeout` returns it (an object in Node, a number in browsers). */
export type TimerHandle = ReturnType<typeof setTimeout>

/** Time as the core sees it, in ms. */
export interface Clock {
  /** The wall clock, since the epoch, for times shown to users. It jumps when the system time is set. */
  now(): number
  /** The time since an arbitrary start, for deadlines. It never goes back, and it includes sleep. */
  elapsed(): number
  setTimeout(callback: () => void, delay: number): TimerHandle
  clearTimeout(handle: TimerHandle | undefined): void
}

/** With a longer delay, a browser's timer fires immediately (HTML standard, "timer initialization steps"). */
const MAX_TIMER_DELAY = 2 ** 31 - 1

/** The real clock. It reads the globals on each call, so that fake timers installed later are used. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: createElapsed(),
  setTimeout: (callback, delay) => setTimeout(callback, Math.min(delay, MAX_TIMER_DELAY)),
  clearTimeout: handle => clearTimeout(handle),
}

/**
 * How far the two clocks may drift apart through rounding and slow adjustment (ms). More means a sleep or a
 * clock that was set.
 */
const TOLERANCE = 1_000

/**
 * On some platforms the monotonic clock stops during sleep, and the wall clock can be set back. So elapsed
 * time is the monotonic time plus whatever the wall clock gained on it. Setting the wall clock forward looks
 * like sleep; setting it back changes nothing.
 */
function createElapsed(): () => number {
  let total = 0
  let last = { monotonic: 0, wall: 0 }
  let isStarted = false
  return () => {
    const wall = Date.now()
    const monotonic = readMonotonic()
    if (!isStarted || monotonic === undefined || monotonic < last.monotonic) {
      // Without a monotonic clock, use the wall clock as long as it goes forward.
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
