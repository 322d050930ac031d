import { withAdvice } from './advice.ts'
import type { ResponseMeta } from './envelope.ts'
import { ConfigurationError, ConnectionFailedError, type RealtimeError, UnauthorizedError } from './errors.ts'

/** A part of a request that the application provides. */
export type RequestPart =
  'url' | 'getToken' | 'recovery.attach' | 'cursor.attach' | 'attachCursor' | 'attachToken'

/**
 * Why an attempt ended. Transports report facts; only this module decides what follows. `isSpent`: a POST got its response, so it
 * is not sent again automatically. `isForeign`: another page sent the token.
 */
export type Failure = { isSpent?: boolean; isForeign?: boolean } &
  /** A WebSocket closed (RFC 6455, section 7.4). `opened`: whether it had been open. */
  (
    | { kind: 'close'; code: number; opened: boolean }
    /**
     * An HTTP response that is not a success. `retryAfter` in ms. `hadCursor`: the request carried a cursor. `body`: the first 4 KiB
     * of its text, or what arrived within a second.
     */
    | {
        kind: 'status'
        status: number
        headers?: Headers
        retryAfter?: number | undefined
        hadCursor?: boolean
        body?: string
      }
    /**
     * A response that is no failure, unless `reconnect.decide` makes it one. Its body is unread. `cursor`: the position that the
     * request carried.
     */
    | (ResponseMeta & { kind: 'answer'; retryAfter?: number | undefined; cursor: unknown })
    /** No response, or the response broke off. */
    | { kind: 'network'; cause?: unknown }
    /** Not open within `connectTimeout`. `part`: what did not settle in that time; `undefined` if it was the server. */
    | { kind: 'timeout'; part?: RequestPart | undefined }
    /** Open, but nothing arrived for too long. `isPinged`: a heartbeat got no reply. */
    | { kind: 'silence'; isPinged?: boolean }
    /** Open and alive, but no message of this type arrived in time, see `expects`. */
    | { kind: 'expected'; type: string }
    /** A success with unexpected content, e.g. an HTML page. */
    | { kind: 'content-type'; contentType: string }
    /** A body that was cut short, too large or impossible to parse. `parse`: what the application's own function did. */
    | { kind: 'body'; cause?: unknown; parse?: 'threw' | 'promise' }
    /** The server ended the stream. `isIncomplete`: there is an `isLast`, and no message was the last one. */
    | { kind: 'ended'; isIncomplete?: boolean }
    /** The server keeps responding immediately without new data. */
    | { kind: 'fast-loop' }
    /** `getToken` threw. */
    | { kind: 'token'; cause: unknown }
    /** Another application function that builds the request threw. */
    | { kind: 'preparation'; part: RequestPart }
    /** The request cannot be made at all; retrying cannot help. */
    | { kind: 'impossible'; error: RealtimeError }
  )

/**
 * What happens next: `retry` after the back-off; `refresh` the token once, then retry; `drop-cursor` once,
 * then retry; `stop` permanently (`failed`); `end` because the server is done (`closed`).
 */
export type FailureAction = 'retry' | 'refresh' | 'drop-cursor' | 'stop' | 'end'

/** The decision on one failure. */
export interface FailureDecision {
  action: FailureAction
  /** The shortest delay before a retry (ms). */
  floor?: number
  /** The same failure is permanent if it happens again before the connection is stable. */
  isOnce?: boolean
}

/** What a decision depends on besides the failure. */
interface FailureContext {
  /** Whether there is a `getToken` that could return another token. */
  hasGetToken: boolean
}

/** A longer `Retry-After` is not obeyed (ms). */
export const MAX_RETRY_AFTER = 3_600_000

const PERMANENT_CLOSE_CODES = new Set([1003, 1007, 1009, 1010])
const REFRESHING_CLOSE_CODES = new Set([1008, 3000, 4401])
const RETRIED_APPLICATION_CODES = new Set([4408, 4429])

const WITH_TOKEN: FailureContext = { hasGetToken: true }

/** The failure table of docs/reference/failures.md. It depends on codes, never on the text of a reason. */
export function decideFailure(failure: Failure, context: FailureContext = WITH_TOKEN): FailureDecision {
  if (failure.isSpent) return { action: decideSpent(failure) }
  switch (failure.kind) {
    case 'close':
      return { action: decideCloseCode(failure.code, context) }
    case 'status':
      return decideStatus(failure)
    case 'token':
      return { action: isUnauthorizedError(failure.cause) ? 'stop' : 'retry' }
    case 'impossible':
      return { action: 'stop' }
    case 'answer':
      return { action: 'retry', floor: failure.retryAfter ?? 0 }
    case 'ended':
    case 'preparation':
    case 'network':
    case 'timeout':
    case 'silence':
    case 'expected':
    case 'content-type':
    case 'body':
    case 'fast-loop':
      return { action: 'retry' }
  }
}

function decideSpent(failure: Failure): FailureAction {
  return failure.kind === 'ended' && !failure.isIncomplete ? 'end' : 'stop'
}

function decideCloseCode(code: number, { hasGetToken }: FailureContext): FailureAction {
  // "Policy violation" is about a token only if there is one. 401, 4401 and 3000 always are: a `url` function
  // or a cookie may provide other credentials once.
  if (code === 1008 && !hasGetToken) return 'stop'
  if (REFRESHING_CLOSE_CODES.has(code)) return 'refresh'
  if (PERMANENT_CLOSE_CODES.has(code)) return 'stop'
  if (RETRIED_APPLICATION_CODES.has(code)) return 'retry'
  if (code >= 4400 && code <= 4999) return 'stop'
  return 'retry'
}

function decideStatus({ status, retryAfter, hadCursor }: Failure & { kind: 'status' }): FailureDecision {
  const floor = Math.min(retryAfter ?? 0, MAX_RETRY_AFTER)
  if (status === 401) return { action: 'refresh', floor }
  if (status === 204) return { action: 'end' }
  if (status === 400 && hadCursor) return { action: 'drop-cursor', isOnce: true }
  if (status === 409) return { action: 'drop-cursor', floor }
  if (status === 410) return { action: 'drop-cursor', floor }
  if (status === 408 || status === 425 || status === 429) return { action: 'retry', floor }
  if (status >= 400 && status <= 499) return { action: 'stop' }
  return { action: 'retry', floor }
}

/** Whether a value is an `UnauthorizedError`, even one from another copy of this library. */
export function isUnauthorizedError(value: unknown): boolean {
  return value instanceof Error && value.name === 'UnauthorizedError'
}

/** The error that a failure is shown as. It contains no URL and no token: its connection adds the path. */
export function toError(failure: Failure): RealtimeError {
  if (failure.kind === 'impossible') return failure.error
  if (failure.kind === 'token' && isUnauthorizedError(failure.cause)) return new UnauthorizedError()
  const { kind } = failure
  if (failure.kind === 'close')
    return new ConnectionFailedError(describeClose(failure), { kind, status: failure.code })
  const { status, retryAfter } = failure.kind === 'status' || failure.kind === 'answer' ? failure : {}
  return new ConnectionFailedError(describe(failure), { kind, status, retryAfter })
}

function describe(failure: Exclude<Failure, { kind: 'close' | 'impossible' }>): string {
  switch (failure.kind) {
    case 'token':
      return withAdvice('getToken failed.', 'threw')
    case 'status':
      return `The server responded with HTTP status ${failure.status}.`
    case 'answer':
      return `"reconnect.decide" rejected a response with HTTP status ${failure.status}.`
    case 'content-type':
      return `The response has the content type "${failure.contentType}". Is the URL right?`
    case 'preparation':
      return withAdvice(`"${failure.part}" threw.`, 'threw')
    case 'ended':
      return `The server ended the stream${failure.isIncomplete ? ' before its last message' : ''}.`
    case 'timeout':
      return `${failure.part ? `"${failure.part}" did not settle` : 'The server did not respond'} in time.`
    case 'expected':
      return `No message of type "${failure.type}" came in time.`
    case 'body':
      if (failure.parse === 'threw') return withAdvice('"parse" threw.', 'threw')
      return failure.parse ? withAdvice('"parse" returned a promise.', 'async') : MESSAGES.body
    case 'silence':
      return withAdvice(MESSAGES.silence, failure.isPinged ? 'heartbeat' : 'silence')
    default:
      return MESSAGES[failure.kind]
  }
}

const MESSAGES = {
  network: 'The server could not be reached, or the connection dropped.',
  silence: 'Nothing was received from the server for too long.',
  body: 'The response was cut short, too large or unreadable.',
  'fast-loop': 'The server keeps responding immediately without new data.',
}

function describeClose({ code, opened }: Failure & { kind: 'close' }): string {
  const message = `The connection was closed with code ${code}.`
  if (code === 1008) return withAdvice(message, 'policy')
  if (code === 1009) return withAdvice(message, 'tooLarge')
  // The handshake failed. A protocol or a source may also fail before it is ready, with another code.
  return opened || code !== 1006 ? message : withAdvice('The WebSocket could not be opened.', 'notOpened')
}

/** The error of a connection that has used up its retries. `failure` is the last one. */
export function gaveUp(failure: Failure, retries: number): RealtimeError {
  const { message } = toError(failure)
  return new ConnectionFailedError(`Gave up after ${retries} retries. Last: ${message}`, {
    kind: failure.kind,
  })
}

/** A failure for options that cannot work; no retry helps. */
export function impossible(message: string, cause?: unknown): Failure {
  return { kind: 'impossible', error: new ConfigurationError(message, { cause }) }
}

/**
 * Reads a `Retry-After` header (RFC 9110, section 10.2.3: seconds or an HTTP date) as ms, at most one hour;
 * `undefined` if it is missing or invalid.
 */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim()
  if (!text) return undefined
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return wait >= 0 ? Math.min(wait, MAX_RETRY_AFTER) : undefined
}

/** Whether the connection received too little data. No page that shares it should keep using it. */
export function isFoundDead({ kind }: Failure): boolean {
  return kind === 'silence' || kind === 'expected' || kind === 'timeout'
}
