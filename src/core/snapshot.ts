import type { RealtimeError } from './errors.ts'
import type { PauseReason, State } from './connectionState.ts'

/**
 * The state of a connection in one word: `idle` (no subscribers), `connecting`, `open`, `reconnecting` (was
 * open; retrying), `paused` (see `pausedBy`), `closed` (by `close()`, or ended by the server), `failed` (a
 * permanent cause, see `error`).
 */
export type Status = 'idle' | 'connecting' | 'open' | 'reconnecting' | 'paused' | 'closed' | 'failed'

/** What components read from a connection. */
export interface ConnectionSnapshot {
  readonly status: Status
  /** Why it failed, or why the last attempt did. */
  readonly error: RealtimeError | null
  /** Retries since it was last stable. */
  readonly retryCount: number
  /** The time of the next attempt, in ms since the epoch; `null` if none is planned. */
  readonly nextRetryAt: number | null
  /**
   * Every reason why it is paused now: `'hidden'` (with `whenHidden: 'pause'`) or `'frozen'`. The set is empty unless
   * `status` is `paused`. Being offline does not pause a connection.
   */
  readonly pausedBy: ReadonlySet<PauseReason>
  /** The round trip of the last heartbeat (ms). */
  readonly latency: number | null
}

const NO_REASON: ReadonlySet<PauseReason> = new Set()

/** The snapshot of a connection that does not exist. */
export const IDLE_SNAPSHOT: ConnectionSnapshot = {
  status: 'idle',
  error: null,
  retryCount: 0,
  nextRetryAt: null,
  pausedBy: NO_REASON,
  latency: null,
}

/** The snapshot of a state. `wallAhead`: the wall clock minus `clock.elapsed()`, which the state uses (ms). */
export function readSnapshot(state: State, latency: number | null, wallAhead = 0): ConnectionSnapshot {
  const progress = 'progress' in state ? state.progress : undefined
  return {
    status: statusOf(state),
    error: state.name === 'failed' ? state.error : (progress?.error ?? null),
    retryCount: progress?.retryCount ?? 0,
    nextRetryAt: state.name === 'waiting' ? Math.ceil(state.until + wallAhead) : null,
    pausedBy: state.name === 'paused' ? state.by : NO_REASON,
    latency: state.name === 'open' ? latency : null,
  }
}

function statusOf(state: State): Status {
  switch (state.name) {
    case 'authorizing':
    case 'opening':
    case 'waiting':
      return state.progress.hasOpened ? 'reconnecting' : 'connecting'
    default:
      return state.name
  }
}
