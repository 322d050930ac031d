import type { Clock, TimerHandle } from './platform.ts'

/** When an open connection counts as dead; times in ms. */
interface LivenessOptions {
  /** The time between two probes. Without a probe, the length of silence after which the connection is dead. */
  interval: number
  /** How long a probe may go without any sign of life. */
  timeout: number
  /** Sends a probe to the other side. Without it, the other side must send something by itself. */
  probe?: (() => void) | undefined
  dead: () => void
}

/** Watches one open connection. */
export interface Liveness {
  /** Call when anything at all is received. */
  heard(): void
  /** The ms since the last probe. When its reply has just arrived, this is the latency. */
  sinceProbe(): number
  /** Continues with other times, counted from the last probe or sign of life. */
  change(times: { interval: number; timeout: number }): void
  /** Checks the clock now, because a timer may have been throttled or asleep. */
  check(): void
  /** Checks the clock now and, with a probe, sends one unless a reply is already pending. */
  pulse(): void
  stop(): void
}

/**
 * Starts watching. A connection is dead when a probe gets no reply within `timeout`, sleep included. So a
 * timer that fires late (throttled tab, sleep) leads to a probe, never straight to a dead connection.
 */
export function watchLiveness(clock: Clock, { probe, dead, ...first }: LivenessOptions): Liveness {
  let times = first
  let timer: TimerHandle | undefined
  let heardAt = clock.elapsed()
  let probedAt = heardAt
  let dueAt = 0
  let isAwaiting = false

  function arm(delay: number) {
    clock.clearTimeout(timer)
    dueAt = clock.elapsed() + delay
    timer = clock.setTimeout(pulse, Math.max(0, delay))
  }

  function isOverdue(now: number): boolean {
    return probe ? isAwaiting && now - probedAt >= times.timeout : now - heardAt >= times.interval
  }

  function pulse() {
    const now = clock.elapsed()
    if (isOverdue(now)) return dead()
    if (!probe) return arm(heardAt + times.interval - now)
    return isAwaiting ? arm(probedAt + times.timeout - now) : ask(now, probe)
  }

  function ask(now: number, send: () => void) {
    probedAt = now
    isAwaiting = true
    arm(times.timeout)
    send()
  }

  arm(times.interval)
  return {
    heard() {
      heardAt = clock.elapsed()
      if (!isAwaiting) return
      isAwaiting = false
      arm(probedAt + times.interval - heardAt)
    },
    sinceProbe: () => clock.elapsed() - probedAt,
    change(next) {
      if (next.interval === times.interval && next.timeout === times.timeout) return
      times = next
      arm((probe ? probedAt : heardAt) + (isAwaiting ? next.timeout : next.interval) - clock.elapsed())
    },
    check() {
      if (clock.elapsed() >= dueAt) pulse()
    },
    pulse,
    stop() {
      clock.clearTimeout(timer)
    },
  }
}
