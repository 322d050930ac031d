import type { BackoffOptions } from './backoff.ts'
import type { RealtimeError } from './errors.ts'
import type { Failure, FailureDecision, RequestPart } from './failure.ts'
import type { TokenReason, TokenUse } from './tokens.ts'

/** Why a connection is paused even though it has subscribers. */
export type PauseReason = 'hidden' | 'frozen'

/** What survives from one attempt to the next. */
export interface Progress {
  /** Retries since the last stable connection. */
  retryCount: number
  /** Whether the connection has been open since it was started. */
  hasOpened: boolean
  /**
   * Failures before `open` since the last stable connection. Browsers hide why a handshake failed; the token
   * may be the cause.
   */
  earlyFailures: number
  /** Whether a token was refused since the last stable connection. The next refusal is final. */
  isRejected: boolean
  /** Whether a 400 dropped the cursor since the last stable connection. The next one is final. */
  hasDroppedCursor: boolean
  /**
   * When the connection was lost, or first failed to open, since it was last stable (ms). A pause and `reconnect()`
   * start it again.
   */
  downSince: number | null
  /** The last failure, until the connection is open again. */
  error: RealtimeError | null
}

export type State =
  | { name: 'idle' }
  | { name: 'authorizing'; progress: Progress; reason: TokenReason }
  | { name: 'opening'; progress: Progress; token: TokenUse }
  | { name: 'open'; progress: Progress; token: TokenUse }
  | { name: 'waiting'; progress: Progress; reason: TokenReason; until: number; notBefore: number }
  | {
      name: 'paused'
      progress: Progress
      by: ReadonlySet<PauseReason>
      reason: TokenReason
      notBefore: number
    }
  | { name: 'closed' }
  | { name: 'failed'; error: RealtimeError }

export type Event =
  | { type: 'start' }
  | { type: 'stop' }
  | { type: 'close' }
  | { type: 'reconnect' }
  | { type: 'pause-changed' }
  | { type: 'authorized'; token: TokenUse }
  | { type: 'opened' }
  /** `part`: what had not settled by then. */
  | { type: 'timed-out'; part?: RequestPart | undefined }
  | { type: 'hint' }
  | { type: 'failed'; failure: Failure; decision: FailureDecision }

export type Effect =
  | { type: 'authorize'; reason: TokenReason }
  | { type: 'open' }
  | { type: 'begin-sending' }
  | { type: 'end-attempt' }
  | { type: 'start-timer'; delay: number }
  | { type: 'check-now' }
  | { type: 'drop-cursor' }

/** How a connection reconnects; all times in ms. */
export interface ReconnectTimes extends BackoffOptions {
  maxRetries: number
  stableAfter: number
  connectTimeout: number
}

/** The outside facts that the machine needs. `now` is `clock.elapsed()`; `random` is in [0, 1). */
export interface World {
  now: number
  random: number
  pausedBy: ReadonlySet<PauseReason>
  times: ReconnectTimes
}

export interface Transition {
  state: State
  effects: readonly Effect[]
}
