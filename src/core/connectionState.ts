import type { BackoffOptions } from './backoff.ts'
import type { RealtimeError } from './errors.ts'
import type { Failure, FailureDecision, RequestPart } from './failure.ts'

/** Why a connection waits although it is wanted. */
export type PauseReason = 'hidden' | 'offline' | 'user' | 'frozen'

/** Why a token is asked for. */
export type TokenReason = 'connect' | 'refused' | 'expiring'

/** What outlives an attempt. */
export interface Progress {
  /** Retries since the last stable connection. */
  retryCount: number
  /** Whether it has been open since it was started. */
  hasOpened: boolean
  /** Failures before `open` since it was last stable. A browser hides why a handshake failed; it may be the token. */
  earlyFailures: number
  /** Whether a token was refused since it was last stable. The next refusal is final. */
  isRefused: boolean
  /** Whether a 400 dropped its cursor since it was last stable. The next one is final. */
  hasDroppedCursor: boolean
  /** When it was lost, or first could not be reached, since it was last stable (ms). */
  downSince: number | null
  /** What the last failure was, until it is open again. */
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

/** The token of an attempt: none, one as given, or one that a refusal forced. */
export type TokenUse = 'none' | 'given' | 'forced'

export type Event =
  | { type: 'start' }
  | { type: 'stop' }
  | { type: 'close' }
  | { type: 'reconnect' }
  | { type: 'pause-changed' }
  | { type: 'authorized'; token: TokenUse }
  | { type: 'opened' }
  /** `part`: what had not settled by then. */
  | { type: 'elapsed'; part?: RequestPart | undefined }
  | { type: 'hint' }
  | { type: 'failed'; failure: Failure; decision: FailureDecision }

export type Effect =
  | { type: 'authorize'; reason: TokenReason }
  | { type: 'open' }
  | { type: 'greet' }
  | { type: 'end-attempt' }
  | { type: 'arm'; delay: number }
  | { type: 'pulse' }
  | { type: 'drop-cursor' }

/** How a connection comes back; all times in ms. */
export interface ReconnectTimes extends BackoffOptions {
  maxRetries: number
  stableAfter: number
  connectTimeout: number
}

/** What the machine is told of the world. `now` is `clock.elapsed()`; `random` is in [0, 1). */
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
