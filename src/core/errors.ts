import { withAdvice, withLink } from './advice.ts'

/** The category of a `RealtimeError`. Stable across versions, so that you can `switch` on it. */
export type RealtimeErrorCode =
  | 'configuration'
  | 'connection-failed'
  | 'connection-lost'
  | 'insecure-origin'
  | 'request-failed'
  | 'request-timeout'
  | 'unauthorized'
  | 'untrusted-origin'

/**
 * The base class of every error that this library throws, rejects with or reports as `error`. The message
 * says what is wrong. In development it also names the path of the URL, says what to do and links the docs. It
 * never contains a query string, a header or the credentials of a URL.
 */
export class RealtimeError extends Error {
  override name = 'RealtimeError'
  readonly code: RealtimeErrorCode

  constructor(code: RealtimeErrorCode, message: string, options?: { cause?: unknown }) {
    super(withLink(message, code), options)
    this.code = code
  }
}

/** The library was used in a way that cannot work: a bad URL, a missing provider, an impossible option. */
export class ConfigurationError extends RealtimeError {
  override name = 'ConfigurationError'
  constructor(message: string, options?: { cause?: unknown }) {
    super('configuration', message, options)
  }
}

/** The server refused the token twice, or `getToken` threw this error itself because the user is not signed in. */
export class UnauthorizedError extends RealtimeError {
  override name = 'UnauthorizedError'
  constructor(message = withAdvice('Not signed in.', 'signIn'), options?: { cause?: unknown }) {
    super('unauthorized', message, options)
  }
}

/** A token would have been sent to an origin that is not trusted. It was not sent. */
export class UntrustedOriginError extends RealtimeError {
  override name = 'UntrustedOriginError'
  constructor(origin: string) {
    super('untrusted-origin', withAdvice(`No token is sent to ${origin}.`, 'untrusted'))
  }
}

/** A token would have been sent unencrypted, over `http:` or `ws:` to another machine. It was not sent. */
export class InsecureOriginError extends RealtimeError {
  override name = 'InsecureOriginError'
  constructor(origin: string) {
    super('insecure-origin', withAdvice(`No token is sent unencrypted to ${origin}.`, 'insecure'))
  }
}

interface FailureDetails {
  kind: string
  status?: number | undefined
  retryAfter?: number | undefined
  cause?: unknown
}

/**
 * A connection or an HTTP request failed. `failureKind` says how; `status` is the HTTP status or close code,
 * if there is one.
 */
export class ConnectionFailedError extends RealtimeError {
  override name = 'ConnectionFailedError'
  readonly failureKind: string
  readonly status: number | undefined
  /** The wait that the server requested with `Retry-After` (ms). */
  readonly retryAfter: number | undefined
  constructor(message: string, details: FailureDetails) {
    super('connection-failed', message, { cause: details.cause })
    this.failureKind = details.kind
    this.status = details.status
    this.retryAfter = details.retryAfter
  }
}

/** The connection was lost, closed or never opened while a request waited for its reply. */
export class ConnectionLostError extends RealtimeError {
  override name = 'ConnectionLostError'
  constructor(message = withAdvice('The connection was lost before the reply arrived.', 'lost')) {
    super('connection-lost', message)
  }
}

/**
 * The server replied to a request with `{ type, params, error }`. `error` is the server's value, if the reply
 * could be read.
 */
export class RequestError extends RealtimeError {
  override name = 'RequestError'
  readonly error: unknown
  constructor(
    type: string,
    error: unknown,
    message = `The server replied to the request "${type}" with an error. See the "error" property.`,
  ) {
    super('request-failed', message)
    this.error = error
  }
}

/** No reply arrived within the request's `timeout`. */
export class RequestTimeoutError extends RealtimeError {
  override name = 'RequestTimeoutError'
  constructor(type: string, timeout: number) {
    super('request-timeout', withAdvice(`No reply to the request "${type}" within ${timeout} ms.`, 'reply'))
  }
}
