import { delayAbove, longestWait, retryDelay } from './backoff.ts'
import type { Effect, Event, PauseReason, Progress, State, Transition, World } from './connectionState.ts'
import { type Failure, type FailureDecision, gaveUp, toError } from './failure.ts'
import type { RealtimeError } from './errors.ts'
import { refusalError, type TokenReason, type TokenUse } from './tokens.ts'

/**
 * The life of one connection, as a pure function. `connection` runs the effects; nothing here has a timer or a socket.
 *
 *            start                authorized            opened
 *   idle ───────────▶ authorizing ──────────▶ opening ──────────▶ open
 *    ▲                  ▲  │ failed, timed-out   │ failed, timed-out │ failed
 *    │ stop             │  └──────────┬──────────┴──────────────────┘
 *    │ (from all)       │ timed-out,  ▼
 *    │                  └─────────  waiting       (retry, refresh, drop-cursor)
 *    │                    hint        │
 *    │   pause (from any live state)  │ stop ▶ failed       end, close ▶ closed
 *    │            ▼                   │          └──── reconnect ────┘ ▶ authorizing
 *    └───────── paused ── resumed ▶ authorizing
 *
 * A state owns at most one timer (`start-timer`), and the timer dies when the state's name changes: `authorizing` and `opening`
 * time out, `open` becomes stable, `waiting` retries. What a timer means is `timed-out` in the state it finds.
 */

const FRESH: Progress = {
  retryCount: 0,
  hasOpened: false,
  earlyFailures: 0,
  isRejected: false,
  hasDroppedCursor: false,
  downSince: null,
  error: null,
}
const NOTHING: readonly Effect[] = []
const CLEAR_FAILURES: ReadonlySet<Failure['kind']> = new Set(['status', 'token', 'preparation'])

/** The next state, and the effects to run. An event with no meaning in a state returns the same state object. */
export function transition(state: State, event: Event, world: World): Transition {
  switch (event.type) {
    case 'start':
      return state.name === 'idle' ? begin(FRESH, 'connect', world) : stay(state)
    case 'stop':
      return state.name === 'idle' ? stay(state) : leave({ name: 'idle' })
    case 'close':
      return state.name === 'idle' || state.name === 'closed' ? stay(state) : leave({ name: 'closed' })
    case 'reconnect':
      return state.name === 'idle' ? stay(state) : restart(state, world)
    case 'pause-changed':
      return pauseChanged(state, world)
    case 'authorized':
      return authorized(state, event.token, world)
    case 'opened':
      return opened(state, world)
    case 'timed-out':
      return timedOut(state, event, world)
    case 'hint':
      return hinted(state, world)
    case 'failed':
      return isTrying(state) ? failed(state, event, world) : stay(state)
  }
}

type Trying = State & { name: 'authorizing' | 'opening' | 'open' }

function isTrying(state: State): state is Trying {
  return state.name === 'authorizing' || state.name === 'opening' || state.name === 'open'
}

function stay(state: State): Transition {
  return { state, effects: NOTHING }
}

function leave(state: State, ...effects: Effect[]): Transition {
  return { state, effects: [{ type: 'end-attempt' }, ...effects] }
}

function begin(progress: Progress, reason: TokenReason, world: World): Transition {
  if (world.pausedBy.size > 0)
    return leave({ name: 'paused', progress, by: world.pausedBy, reason, notBefore: 0 })
  const authorizing: State = { name: 'authorizing', progress, reason }
  return leave(
    authorizing,
    { type: 'start-timer', delay: world.times.connectTimeout },
    { type: 'authorize', reason },
  )
}

function restart(state: State, world: World): Transition {
  const hasOpened = 'progress' in state && state.progress.hasOpened
  return begin({ ...FRESH, hasOpened }, 'connect', world)
}

function pauseChanged(state: State, world: World): Transition {
  if (!('progress' in state)) return stay(state)
  const { progress } = state
  const reason = 'reason' in state ? state.reason : 'connect'
  const notBefore = 'notBefore' in state ? state.notBefore : 0
  if (world.pausedBy.size > 0)
    return leave({ name: 'paused', progress, by: world.pausedBy, reason, notBefore })
  if (state.name !== 'paused') return stay(state)
  // The time spent paused is not part of the outage.
  if (world.now >= notBefore) return begin({ ...progress, downSince: null }, reason, world)
  const waiting: State = { name: 'waiting', progress, reason, until: notBefore, notBefore }
  return leave(waiting, { type: 'start-timer', delay: notBefore - world.now })
}

function authorized(state: State, token: TokenUse, world: World): Transition {
  // Another page's request may be joined first, and this page's own is only built if there is none.
  if (state.name === 'opening' && token === 'refreshed') return stay({ ...state, token })
  if (state.name !== 'authorizing') return stay(state)
  // Another connection has replaced the refused token. If this one is refused, too, that is the first refusal.
  const isReplaced = token === 'given' && state.reason === 'refused'
  const progress = isReplaced ? { ...state.progress, isRejected: false } : state.progress
  const opening: State = { name: 'opening', progress, token }
  return {
    state: opening,
    effects: [{ type: 'start-timer', delay: world.times.connectTimeout }, { type: 'open' }],
  }
}

function opened(state: State, world: World): Transition {
  if (state.name !== 'opening') return stay(state)
  const progress = { ...state.progress, hasOpened: true, error: null }
  const open: State = { name: 'open', progress, token: state.token }
  return {
    state: open,
    effects: [{ type: 'start-timer', delay: world.times.stableAfter }, { type: 'begin-sending' }],
  }
}

/** Open for `stableAfter`. Only this proves the connection and its token good: neither `open` nor a message does. */
function settle({ token }: State & { name: 'open' }): State {
  return {
    name: 'open',
    token: token === 'refreshed' ? 'given' : token,
    progress: { ...FRESH, hasOpened: true },
  }
}

function timedOut(state: State, { part }: Event & { type: 'timed-out' }, world: World): Transition {
  if (state.name === 'open') return stay(settle(state))
  if (state.name === 'waiting') return begin(state.progress, state.reason, world)
  if (!isTrying(state)) return stay(state)
  return failed(state, { failure: { kind: 'timeout', part }, decision: { action: 'retry' } }, world)
}

function hinted(state: State, world: World): Transition {
  if (state.name === 'open') return { state, effects: [{ type: 'check-now' }] }
  if (state.name !== 'waiting' || world.now < state.notBefore) return stay(state)
  return begin(state.progress, state.reason, world)
}

interface FailedAttempt {
  failure: Failure
  decision: FailureDecision
}

function failed(state: Trying, { failure, decision }: FailedAttempt, world: World): Transition {
  if (decision.action === 'end') return leave({ name: 'closed' })
  const error = permanentError(state, { failure, decision }, world)
  if (error) return leave({ name: 'failed', error })
  const { retryCount, earlyFailures, isRejected, hasDroppedCursor, downSince } = state.progress
  const rejected = decision.action === 'refresh'
  // A failure before `open` hides its cause, unless it has an HTTP status. Two of them may mean a rejected
  // token. An attempt that joins another page may request a fresh token.
  const isMute = state.name === 'opening' && !CLEAR_FAILURES.has(failure.kind)
  const isSuspicious = isMute && state.token === 'given' && earlyFailures === 1
  const progress: Progress = {
    ...state.progress,
    retryCount: retryCount + 1,
    earlyFailures: earlyFailures + (isMute ? 1 : 0),
    isRejected: isRejected || rejected,
    hasDroppedCursor: hasDroppedCursor || decision.isOnce === true,
    downSince: downSince ?? world.now,
    error: toError(failure),
  }
  const effects: Effect[] = decision.action === 'drop-cursor' ? [{ type: 'drop-cursor' }] : []
  const reason = rejected || isSuspicious ? 'refused' : 'connect'
  return wait(progress, { reason, floor: decision.floor ?? 0, retryCount, effects }, world)
}

/** The error of a failure that no retry can help. */
function permanentError(state: Trying, { failure, decision }: FailedAttempt, { times }: World) {
  const { retryCount, isRejected, hasDroppedCursor } = state.progress
  const token = state.name === 'authorizing' ? 'none' : state.token
  if (decision.action === 'stop' || (decision.isOnce && hasDroppedCursor)) return toError(failure)
  const refusal = decision.action === 'refresh' ? refusalError(failure, token, isRejected) : undefined
  return refusal ?? (retryCount >= times.maxRetries ? gaveUp(failure, retryCount) : undefined)
}

interface Wait {
  reason: TokenReason
  floor: number
  retryCount: number
  effects: Effect[]
}

function wait(progress: Progress, { reason, floor, retryCount, effects }: Wait, world: World): Transition {
  const { now, random, times } = world
  const maxDelay = longestWait(now - (progress.downSince ?? now), times)
  const delay = retryDelay({ retryCount, options: { ...times, maxDelay }, floor, random })
  const waiting: State = {
    name: 'waiting',
    progress,
    reason,
    until: now + delay,
    // The floor gets jitter, too: a hint or the end of a pause must not bring all clients back at the same
    // time.
    notBefore: now + delayAbove(floor, floor, random),
  }
  return leave(waiting, ...effects, { type: 'start-timer', delay })
}

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

/** The snapshot of a connection that does not exist. */
export const IDLE_SNAPSHOT: ConnectionSnapshot = {
  status: 'idle',
  error: null,
  retryCount: 0,
  nextRetryAt: null,
  pausedBy: new Set(),
  latency: null,
}
