/** A running timer, as `setTimeout` returns it (an object in Node, a number in browsers). */
export type TimerHandle = ReturnType<typeof setTimeout>

/** Time as the core sees it. Times and delays are in ms; `now` is the wall clock, so that sleep counts. */
export interface Clock {
  now(): number
  setTimeout(callback: () => void, delay: number): TimerHandle
  clearTimeout(handle: TimerHandle | undefined): void
}

/** Above this, a browser's timer fires at once instead of late (HTML standard, "timer initialization steps"). */
const MAX_TIMER_DELAY = 2 ** 31 - 1

/** The real clock. It reads the globals when called, so that fake timers installed later are used. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delay) => setTimeout(callback, Math.min(delay, MAX_TIMER_DELAY)),
  clearTimeout: handle => clearTimeout(handle),
}
