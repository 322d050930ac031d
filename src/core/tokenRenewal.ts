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

/** Builds the message with a token; `undefined` if the application has none. */
type Build = (token: string) => SocketData | Draft

/**
 * Starts renewing: before the token expires, a fresh one is sent over the open socket. Without a fresh token,
 * or a message to send it with, the socket stays as it is until the server closes it.
 *
 * @param options.isTakenOver the server has the token of another page, and this page does not know its lifetime.
 */
export function startRenewal(
  ports: OutboxPorts,
  { reauthenticate, isTakenOver }: { reauthenticate(): Build | undefined; isTakenOver: boolean },
): Renewal {
  const { clock, holder, renew } = ports
  const sendToken = (build: Build, token: string) => trySending(ports, () => build(token))
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
    if (left <= 0) return void ask()
    timer = clock.setTimeout(check, left)
    ports.shared()?.wake(left, check)
  }

  async function ask() {
    dueAt = Infinity
    const build = reauthenticate()
    if (!build) return
    const fresh = await renew(holder.currentToken.token).catch(() => undefined)
    if (!fresh || isStopped) return
    const { token, refreshAt = 0 } = fresh
    if (token && token !== holder.currentToken.token && sendToken(build, token)) holder.currentToken = fresh
    // If the same expiring token comes back, let it expire.
    if (refreshAt > clock.elapsed()) plan(refreshAt)
  }

  const { token, refreshAt = Infinity } = holder.currentToken
  const build = isTakenOver && refreshAt > clock.elapsed() ? reauthenticate() : undefined
  if (build && token) sendToken(build, token)
  plan(refreshAt)
  return {
    check,
    stop() {
      isStopped = true
      clock.clearTimeout(timer)
    },
  }
}

/** Returns `false` if the message could not be built or sent. */
function trySending({ send, report }: OutboxPorts, build: () => SocketData | Draft): boolean {
  try {
    return send(build())
  } catch {
    // The error may quote the token.
    const error = new ConfigurationError(
      withAdvice('"reauthenticate" threw, or what it returned cannot be sent.', 'threw'),
    )
    report({ kind: 'handler-error', type: 'reauthenticate', error })
    return false
  }
}
