/** What kind of trouble a `RealtimeError` is; stable across versions, made for `switch`. */
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
 * The base of every error this library throws, rejects with or reports as `error`. Its message says what to do.
 * It never carries a token, a query string or a header.
 */
export class RealtimeError extends Error {
  override name = 'RealtimeError'
  readonly code: RealtimeErrorCode

  constructor(code: RealtimeErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
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

/** The server refused the token twice, or `getToken` threw this itself to say that there is no way in. */
export class UnauthorizedError extends RealtimeError {
  override name = 'UnauthorizedError'
  constructor(
    message = 'Not signed in. Sign in again, then call reconnect().',
    options?: { cause?: unknown },
  ) {
    super('unauthorized', message, options)
  }
}

/** A token would have gone to an origin that is not trusted; it was not sent. */
export class UntrustedOriginError extends RealtimeError {
  override name = 'UntrustedOriginError'
  constructor(origin: string) {
    super('untrusted-origin', `No token is sent to ${origin}. Add it to trustedOrigins if it is yours.`)
  }
}

/** A token would have gone out unencrypted, over `http:` or `ws:` to another machine; it was not sent. */
export class InsecureOriginError extends RealtimeError {
  override name = 'InsecureOriginError'
  constructor(origin: string) {
    super(
      'insecure-origin',
      `No token is sent unencrypted to ${origin}. Use https: or wss:, or add it to insecureOrigins if only you can listen.`,
    )
  }
}

interface FailureDetails {
  kind: string
  status?: number | undefined
  retryAfter?: number | undefined
  cause?: unknown
}

/** A connection or one HTTP exchange failed; `failureKind` and, where there is one, `status` (HTTP status or close code) say how. */
export class ConnectionFailedError extends RealtimeError {
  override name = 'ConnectionFailedError'
  readonly failureKind: string
  readonly status: number | undefined
  /** The wait that the server asked for (`Retry-After`), in ms. */
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
  constructor(
    message = 'The connection was lost before the reply came. Ask again if asking twice does no harm.',
  ) {
    super('connection-lost', message)
  }
}

/** The server answered a request with `{ type, params, error }`; `error` is what it said, if its answer could be read. */
export class RequestError extends RealtimeError {
  override name = 'RequestError'
  readonly error: unknown
  constructor(
    type: string,
    error: unknown,
    message = `The server answered the request "${type}" with an error; see the property "error".`,
  ) {
    super('request-failed', message)
    this.error = error
  }
}

/** No reply within the request's `timeout`. */
export class RequestTimeoutError extends RealtimeError {
  override name = 'RequestTimeoutError'
  constructor(type: string, timeout: number) {
    super('request-timeout', `No reply to the request "${type}" within ${timeout} ms.`)
  }
}
