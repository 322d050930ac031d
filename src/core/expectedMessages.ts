import type { Clock, TimerHandle } from './platform.ts'

/** Messages that a server sends regularly, even without news. */
export interface Expects {
  /** Their type. */
  type: string
  /** The longest time between two of them, and between the opening and the first (ms). */
  within: number
}

/** How late a timer may fire before that means sleep, a frozen page or a clock that was set (ms). */
const LATE = 1_000

/** Detects when a live connection no longer receives the messages of a type. */
export class ExpectedMessages {
  readonly #clock: Clock
  #expects: Expects | undefined
  #timer: TimerHandle | undefined
  #since = 0
  /** While the connection is closed: how long it was open without an expected message (ms). */
  #waited: number | undefined = 0
  /** Whether a late timer has restarted the time since the last of them. */
  #isExcused = false

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
    this.#isExcused = false
  }

  /** The connection is no longer open. Keeps the elapsed time, so that repeated drops cannot hide a silent channel. */
  stop(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#waited ??= this.#silence()
  }

  /**
   * How long no expected message has come (ms). Time that the timer has slept through does not count: messages of that time may be
   * about to arrive. Once only, because the timers of a hidden page may always be late.
   */
  #silence(): number {
    const now = this.#clock.elapsed()
    const { within = 0 } = this.#expects ?? {}
    if (!this.#isExcused && now - this.#since > within + LATE) {
      this.#isExcused = true
      this.#since = now
    }
    return now - this.#since
  }

  #check(expects: Expects, onMissing: (type: string) => void): void {
    const left = expects.within - this.#silence()
    if (left > 0) this.#timer = this.#clock.setTimeout(() => this.#check(expects, onMissing), left)
    else {
      this.received()
      onMissing(expects.type)
    }
  }
}
