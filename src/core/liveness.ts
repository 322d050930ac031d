import type { Clock, TimerHandle } from './clock.ts'

/** When an open connection counts as dead; times in ms. */
export interface LivenessOptions {
  /** Between two probes; without a probe, the silence that is death. */
  interval: number
  /** How long a probe may stay without any sign of life. */
  timeout: number
  /** Asks the other side for a sign of life. Without it, the other side must speak by itself. */
  probe?: (() => void) | undefined
  dead: () => void
}

/** Watches one open connection. */
export interface Liveness {
  /** Anything at all came in. */
  heard(): void
  /** The ms since the last probe: the latency, when its answer has just come. */
  sinceProbe(): number
  /** Goes on with other times, counted from the last probe or sign of life. */
  change(times: { interval: number; timeout: number }): void
  /** Looks at the clock now: a timer may have been throttled or slept. */
  check(): void
  /** Looks at the clock now and, with a probe, asks for a sign of life unless one is awaited already. */
  pulse(): void
  stop(): void
}

/**
 * Starts watching. Death is a probe that stays unanswered for `timeout`, sleep included. A timer that fires late (a
 * throttled tab, a sleep) therefore leads to a question, never straight to a death.
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
