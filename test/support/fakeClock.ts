import type { Clock, TimerHandle } from '../../src/core/platform.ts'

interface Timer {
  due: number
  callback: () => void
}

/** A clock that stands still until it is advanced (ms). Elapsed time starts at another value than the wall clock. */
export class FakeClock implements Clock {
  #wall: number
  #elapsed = 1_000
  #timers = new Map<number, Timer>()
  #lastHandle = 0

  constructor(now = 1_700_000_000_000) {
    this.#wall = now
  }

  now(): number {
    return this.#wall
  }

  elapsed(): number {
    return this.#elapsed
  }

  setTimeout(callback: () => void, delay: number): TimerHandle {
    this.#timers.set(++this.#lastHandle, { due: this.#elapsed + delay, callback })
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
    const end = this.#elapsed + ms
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [handle, timer] = next
      this.#timers.delete(handle)
      this.#pass(Math.max(0, timer.due - this.#elapsed))
      timer.callback()
    }
    this.#pass(end - this.#elapsed)
  }

  /** The machine sleeps: time passes, and no timer counts it. */
  sleep(ms: number): void {
    this.#pass(ms)
    for (const timer of this.#timers.values()) timer.due += ms
  }

  /** Somebody sets the system's time, forward or back. */
  setWallClock(ms: number): void {
    this.#wall += ms
  }

  #pass(ms: number): void {
    this.#wall += ms
    this.#elapsed += ms
  }

  #next(end: number): [number, Timer] | undefined {
    const due = [...this.#timers].filter(([, timer]) => timer.due <= end)
    return due.sort(([, a], [, b]) => a.due - b.due)[0]
  }
}
