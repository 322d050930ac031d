import type { Clock, TimerHandle } from '../../src/core/clock.ts'

interface Timer {
  due: number
  callback: () => void
}

/** A clock that stands still until it is told to go on (ms). */
export class FakeClock implements Clock {
  #now: number
  #timers = new Map<number, Timer>()
  #lastHandle = 0

  constructor(now = 1_700_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, delay: number): TimerHandle {
    this.#timers.set(++this.#lastHandle, { due: this.#now + delay, callback })
    return this.#lastHandle as unknown as TimerHandle
  }

  clearTimeout(handle: TimerHandle | undefined): void {
    this.#timers.delete(handle as unknown as number)
  }

  /** How many timers run. */
  get pending(): number {
    return this.#timers.size
  }

  /** Lets time pass; timers fire in their order, also those that are set on the way. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [handle, timer] = next
      this.#timers.delete(handle)
      this.#now = Math.max(this.#now, timer.due)
      timer.callback()
    }
    this.#now = end
  }

  /** The wall clock is set back by so many ms; timers do not notice. */
  setBack(ms: number): void {
    this.#now -= ms
    for (const timer of this.#timers.values()) timer.due -= ms
  }

  /** The machine sleeps: time passes, and no timer counts it. */
  sleep(ms: number): void {
    this.#now += ms
    for (const timer of this.#timers.values()) timer.due += ms
  }

  #next(end: number): [number, Timer] | undefined {
    const due = [...this.#timers].filter(([, timer]) => timer.due <= end)
    return due.sort(([, a], [, b]) => a.due - b.due)[0]
  }
}
