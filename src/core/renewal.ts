import type { TimerHandle } from './clock.ts'
import type { ChannelLink } from './connectionSetup.ts'
import { ConfigurationError } from './errors.ts'
import type { SocketData } from './transport.ts'

/** Keeps the token of one open socket fresh. */
export interface Renewal {
  /** Looks at the clock now: a timer may have been throttled or slept. */
  check(): void
  stop(): void
}

/** Between two questions, even if what comes lives for less (ms). */
const MIN_INTERVAL = 1_000

/**
 * Starts: before the token ends, a fresh one goes over the open socket. Where there is none, or no message for it, the
 * socket stays as it is until the server closes it.
 */
export function startRenewal(
  { clock, holder, renew, send, report }: ChannelLink,
  reauthenticate: () => ((token: string) => SocketData) | undefined,
): Renewal {
  let timer: TimerHandle | undefined
  let dueAt = Infinity
  let isStopped = false

  function plan(refreshAt: number) {
    dueAt = Math.max(refreshAt, clock.elapsed() + MIN_INTERVAL)
    check()
  }

  /** Arms itself again where it is too early: the longest timer is shorter than some tokens live. */
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
    const granted = await renew?.(holder.held.token).catch(() => undefined)
    if (!granted || isStopped) return
    const { token, refreshAt = 0 } = granted
    try {
      if (token && token !== holder.held.token && send(build(token))) holder.held = granted
    } catch {
      // What it threw may quote the token.
      const error = new ConfigurationError(
        '"reauthenticate" threw, or what it returned cannot be sent. Call it in your own code to see what.',
      )
      report({ kind: 'handler-error', type: 'reauthenticate', error })
    }
    // A token that is the same as before, and at its end, is left to end.
    if (refreshAt > clock.elapsed()) plan(refreshAt)
  }

  plan(holder.held.refreshAt ?? Infinity)
  return {
    check,
    stop() {
      isStopped = true
      clock.clearTimeout(timer)
    },
  }
}
