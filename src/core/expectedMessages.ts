import type { Clock, TimerHandle } from './platform.ts'

/** Messages that a server sends regularly, even without news. */
export interface Expects {
  /** Their type. */
  type: string
  /** The longest time between two of them, and between the opening and the first (ms). */
  within: number
}

/** Detects when a live connection no longer receives the messages of a type. */
export class ExpectedMessages {
  readonly #clock: Clock
  #expects: Expects | undefined
  #timer: TimerHandle | undefined
  #since = 0
  /** While the connection is closed: how long it was open without an expected message (ms). */
  #waited: number | undefined = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Starts to watch, or continues with changed options. Calls `onMissing` once. */
  watch(expects: Expects | undefined, onMissing: (type: string) => void): void {
    const { type, within } = this.#expects ?? {}
    const now = this.#clock.elapsed()
    if (this.#waited !== undefined) this.#since = now - this.#waited
    else if (type === expects?.type && within === expects?.within) return
    this.#waited = undefined
    if (type !== expects?.type) this.#since = now
    this.#expects = expects
    this.#clock.clearTimeout(this.#timer)
    if (expects) this.#check(expects, onMissing)
  }

  received(): void {
    this.#since = this.#clock.elapsed()
  }

  /** The connection is no longer open. Keeps the elapsed time, so that repeated drops cannot hide a silent channel. */
  stop(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#waited ??= this.#clock.elapsed() - this.#since
  }

  #check(expects: Expects, onMissing: (type: string) => void): void {
    const left = this.#since + expects.within - this.#clock.elapsed()
    if (left > 0) this.#timer = this.#clock.setTimeout(() => this.#check(expects, onMissing), left)
    else {
      this.#since = this.#clock.elapsed()
      onMissing(expects.type)
    }
  }
}
