import { withAdvice } from './advice.ts'
import type { TimerHandle } from './platform.ts'
import type { OutboxPorts } from './connectionPorts.ts'
import { ConfigurationError } from './errors.ts'
import type { Draft } from './correlation.ts'
import type { SocketData } from './envelope.ts'

/** Keeps the token of one open socket fresh. */
export interface Renewal {
  /** Checks the clock now, because a timer may have been throttled or asleep. */
  check(): void
  stop(): void
}

/** The least time between two renewals, even if tokens live for less (ms). */
const MIN_INTERVAL = 1_000

/**
 * Starts renewing: before the token expires, a fresh one is sent over the open socket. Without a fresh token,
 * or a message to send it with, the socket stays as it is until the server closes it.
 */
export function startRenewal(
  { clock, holder, renew, send, report }: OutboxPorts,
  reauthenticate: () => ((token: string) => SocketData | Draft) | undefined,
): Renewal {
  let timer: TimerHandle | undefined
  let dueAt = Infinity
  let isStopped = false

  function plan(refreshAt: number) {
    dueAt = Math.max(refreshAt, clock.elapsed() + MIN_INTERVAL)
    check()
  }

  /** Re-arms itself if it is too early: some tokens live longer than the longest timer. */
  function check() {
    clock.clearTimeout(timer)
    if (isStopped || dueAt === Infinity) return
    const left = dueAt - clock.elapsed()
    if (left > 0) timer = clock.setTimeout(check, left)
    else void ask()
  }

  async function ask() {
    dueAt = Infinity
    const build = reauthenticate()
    if (!build) return
    const fresh = await renew(holder.currentToken.token).catch(() => undefined)
    if (!fresh || isStopped) return
    const { token, refreshAt = 0 } = fresh
    try {
      if (token && token !== holder.currentToken.token && send(build(token))) holder.currentToken = fresh
    } catch {
      // What it threw may quote the token.
      const error = new ConfigurationError(
        withAdvice('"reauthenticate" threw, or what it returned cannot be sent.', 'threw'),
      )
      report({ kind: 'handler-error', type: 'reauthenticate', error })
    }
    // If the same expiring token comes back, let it expire.
    if (refreshAt > clock.elapsed()) plan(refreshAt)
  }

  plan(holder.currentToken.refreshAt ?? Infinity)
  return {
    check,
    stop() {
      isStopped = true
      clock.clearTimeout(timer)
    },
  }
}
