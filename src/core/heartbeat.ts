import type { Clock, TimerHandle } from './platform.ts'

/** When an open connection counts as dead; times in ms. */
interface HeartbeatSetup {
  /** The time between two pings. Without a ping, the length of silence after which the connection is dead. */
  interval: number
  /** How long a ping may go without any sign of life. */
  timeout: number
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
  change(times: { interval: number; timeout: number }): void
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
export function startHeartbeat(clock: Clock, { ping, onDead, ...first }: HeartbeatSetup): Heartbeat {
  let times = first
  let timer: TimerHandle | undefined
  let heardAt = clock.elapsed()
  let pingedAt = heardAt
  let dueAt = 0
  let isAwaiting = false

  function startTimer(delay: number) {
    clock.clearTimeout(timer)
    dueAt = clock.elapsed() + delay
    timer = clock.setTimeout(checkNow, Math.max(0, delay))
  }

  function isOverdue(now: number): boolean {
    return ping ? isAwaiting && now - pingedAt >= times.timeout : now - heardAt >= times.interval
  }

  function checkNow() {
    const now = clock.elapsed()
    if (isOverdue(now)) return onDead()
    if (!ping) return startTimer(heardAt + times.interval - now)
    return isAwaiting ? startTimer(pingedAt + times.timeout - now) : sendPing(now, ping)
  }

  function sendPing(now: number, send: () => void) {
    pingedAt = now
    isAwaiting = true
    startTimer(times.timeout)
    send()
  }

  startTimer(times.interval)
  return {
    onActivity() {
      heardAt = clock.elapsed()
      if (!isAwaiting) return
      isAwaiting = false
      startTimer(pingedAt + times.interval - heardAt)
    },
    sincePing: () => clock.elapsed() - pingedAt,
    change(next) {
      if (next.interval === times.interval && next.timeout === times.timeout) return
      times = next
      startTimer((ping ? pingedAt : heardAt) + (isAwaiting ? next.timeout : next.interval) - clock.elapsed())
    },
    check() {
      if (clock.elapsed() >= dueAt) checkNow()
    },
    checkNow,
    stop() {
      clock.clearTimeout(timer)
    },
  }
}
