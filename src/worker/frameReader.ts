import type { AttemptMessage } from '../core/portMessages.ts'
import type { Clock, TimerHandle } from '../core/platform.ts'
import type { FrameRing } from './frameRing.ts'

/** The time between two batches (ms): for one page, for each of several, and for a hidden one. */
const PACE = 8
const SHARED_PACE = 16
const SLOW_PACE = 1_000
/** In bytes. */
const MAX_BATCH = 262_144

/** What a reader needs from its channel. */
interface ReaderParts {
  clock: Clock
  ring: FrameRing
  attempt: number
  /** Whether other pages use the connection, too. */
  isShared(): boolean
  post(message: AttemptMessage): void
}

/**
 * Sends the frames of a connection to one page, in batches. The next batch waits until the page has handled the last one, so
 * a busy, frozen or closed page costs no memory.
 */
export class FrameReader {
  readonly #parts: ReaderParts
  /** The number of the next frame. */
  next: number
  #isSlow: boolean
  #isInFlight = false
  #sentAt = -Infinity
  /** Frames up to this number are sent as fast as the page handles them. */
  #dueUntil = 0
  #timer: TimerHandle | undefined

  constructor(parts: ReaderParts, { next, isSlow }: { next: number; isSlow: boolean }) {
    this.#parts = parts
    this.next = next
    this.#isSlow = isSlow
  }

  /** Sends the next batch, if there is one and it is due. */
  pump(): void {
    const { clock, ring } = this.#parts
    if (this.#isInFlight || this.#timer !== undefined || this.next > ring.last) return
    const wait = this.next <= this.#dueUntil ? 0 : this.#sentAt + this.#pace - clock.elapsed()
    if (wait <= 0) return this.#send()
    this.#timer = clock.setTimeout(() => {
      this.#timer = undefined
      this.#send()
    }, wait)
  }

  /** Whether the page has frames left to handle. */
  get isBehind(): boolean {
    return this.#isInFlight || this.next <= this.#parts.ring.last
  }

  taken(): void {
    this.#isInFlight = false
    this.pump()
  }

  setSlow(isSlow: boolean): void {
    this.#isSlow = isSlow
    this.#stopTimer()
    this.pump()
  }

  /** Sends all remaining frames at once, because the connection has ended. */
  finish(): void {
    this.#stopTimer()
    while (this.next <= this.#parts.ring.last) this.#post()
  }

  stop(): void {
    this.#stopTimer()
    this.next = Infinity
  }

  get #pace(): number {
    if (this.#isSlow) return SLOW_PACE
    return this.#parts.isShared() ? SHARED_PACE : PACE
  }

  #send(): void {
    const { clock, ring } = this.#parts
    if (this.next > ring.last) return
    if (this.next > this.#dueUntil) {
      this.#sentAt = clock.elapsed()
      this.#dueUntil = ring.last
    }
    this.#isInFlight = true
    this.#post()
  }

  #post(): void {
    const { ring, attempt, post } = this.#parts
    const frames = ring.read(this.next, MAX_BATCH)
    this.next += frames.length
    post({ kind: 'frames', attempt, frames })
  }

  #stopTimer(): void {
    this.#parts.clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
