import type { Clock, TimerHandle } from './platform.ts'

/** Messages that a server sends regularly, whatever happens. */
export interface Expects {
  /** Their type. */
  type: string
  /** The longest time between two of them, and between the opening and the first (ms). */
  within: number
}

/** Notices when an open connection gets no more messages of a type, although it is alive. */
export class ExpectedMessages {
  readonly #clock: Clock
  #expects: Expects | undefined
  #timer: TimerHandle | undefined
  #since = 0
  /** While it is not open: how long it has been open without one (ms). */
  #waited: number | undefined = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Starts to expect them, or continues with other options. `onMissing` is called once. */
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

  /** The connection is no longer open. A connection that breaks off again and again must not hide a silent channel. */
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
