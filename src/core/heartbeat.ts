import type { Clock, TimerHandle } from './platform.ts'

/** When an open connection counts as dead; in ms. */
interface HeartbeatTimes {
  /** The time between two pings. Without a ping, the length of silence after which the connection is dead. */
  interval: number
  /** How long a ping may go without any sign of life. */
  timeout: number
  /** Pings expect no reply: one is sent at each interval, and silence for so long means that the connection is dead. */
  silence?: number | undefined
}

interface HeartbeatSetup extends HeartbeatTimes {
  /** Sends a ping to the other side. Without it, the other side must send something by itself. */
  ping?: (() => void) | undefined
  onDead: () => void
}

/** Watches one open connection. */
export interface Heartbeat {
  /** Call when anything at all is received. */
  onActivity(): void
  /** The ms since the last ping. When its reply has just arrived, this is the latency. */
  sincePing(): number
  /** Continues with other times, counted from the last ping or sign of life. */
  change(times: HeartbeatTimes): void
  /** Checks the clock now, because a timer may have been throttled or asleep. */
  check(): void
  /** Checks the clock now and, with a ping, sends one unless a reply is already pending. */
  checkNow(): void
  stop(): void
}

/**
 * Starts watching. A connection is dead when a ping gets no reply within `timeout`, sleep included. So a
 * timer that fires late (throttled tab, sleep) leads to a ping, never straight to a dead connection.
 */
export function startHeartbeat(clock: Clock, setup: HeartbeatSetup): Heartbeat {
  return new Watch(clock, setup)
}

class Watch implements Heartbeat {
  readonly #clock: Clock
  readonly #setup: HeartbeatSetup
  #times: HeartbeatTimes
  #timer: TimerHandle | undefined
  #heardAt: number
  #pingedAt: number
  #dueAt = 0
  #isAwaiting = false

  constructor(clock: Clock, setup: HeartbeatSetup) {
    this.#clock = clock
    this.#setup = setup
    this.#times = setup
    this.#heardAt = this.#pingedAt = clock.elapsed()
    this.#startTimer(Math.min(setup.interval, setup.silence ?? Infinity))
  }

  onActivity(): void {
    this.#heardAt = this.#clock.elapsed()
    if (!this.#isAwaiting) return
    this.#isAwaiting = false
    this.#startTimer(this.#pingedAt + this.#times.interval - this.#heardAt)
  }

  sincePing(): number {
    return this.#clock.elapsed() - this.#pingedAt
  }

  change(next: HeartbeatTimes): void {
    const { interval, timeout, silence } = this.#times
    if (next.interval === interval && next.timeout === timeout && next.silence === silence) return
    this.#times = next
    if (next.silence !== undefined) return this.checkNow()
    const since = this.#setup.ping ? this.#pingedAt : this.#heardAt
    this.#startTimer(since + (this.#isAwaiting ? next.timeout : next.interval) - this.#clock.elapsed())
  }

  check(): void {
    if (this.#clock.elapsed() >= this.#dueAt) this.checkNow()
  }

  checkNow(): void {
    const { ping, onDead } = this.#setup
    const { interval, timeout, silence } = this.#times
    const now = this.#clock.elapsed()
    if (this.#isOverdue(now)) return onDead()
    if (!ping) return this.#startTimer(this.#heardAt + interval - now)
    if (silence === undefined) {
      if (this.#isAwaiting) return this.#startTimer(this.#pingedAt + timeout - now)
      this.#isAwaiting = true
      return this.#sendPing(now, timeout)
    }
    const isDue = now - this.#pingedAt >= interval
    const next = (isDue ? now : this.#pingedAt) + interval
    const delay = Math.min(next, this.#heardAt + silence) - now
    if (isDue) this.#sendPing(now, delay)
    else this.#startTimer(delay)
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer)
  }

  #isOverdue(now: number): boolean {
    const { ping } = this.#setup
    const { interval, timeout, silence } = this.#times
    if (silence !== undefined) return now - this.#heardAt >= silence
    return ping ? this.#isAwaiting && now - this.#pingedAt >= timeout : now - this.#heardAt >= interval
  }

  /** `delay`: until the next check (ms). */
  #sendPing(now: number, delay: number): void {
    this.#pingedAt = now
    this.#startTimer(delay)
    this.#setup.ping?.()
  }

  #startTimer(delay: number): void {
    this.stop()
    this.#dueAt = this.#clock.elapsed() + delay
    this.#timer = this.#clock.setTimeout(() => this.checkNow(), Math.max(0, delay))
  }
}
