import { withAdvice } from './advice.ts'
import { type Clock, throwIfAborted } from './platform.ts'
import { ConfigurationError, type RealtimeError, UnauthorizedError } from './errors.ts'
import type { Failure } from './failure.ts'
import { buildFirstMessage, kindOf, refusePromise } from './validation.ts'
import type { TransportRequest } from './transport.ts'

/** A token, or `null` for an anonymous user. */
export type Token = string | null

/** Why a token is requested. */
export type TokenReason = 'connect' | 'refused' | 'expiring'

/** The token of a request: none, a regular one, or a fresh one after a refusal. */
export type TokenUse = 'none' | 'given' | 'refreshed'

/** What `getToken` receives: why a token is needed, and a signal that aborts when the result is no longer needed. */
export interface TokenRequest {
  reason: TokenReason
  signal: AbortSignal
}

/** A token with its remaining lifetime. */
export interface IssuedToken {
  token: Token
  /** In ms from now. Default: the time from `iat` to `exp` of a JWT; unknown for any other token. */
  expiresIn?: number | undefined
}

/** Provides the application's token. Throw `UnauthorizedError` to stop; any other error is one failed attempt. */
export type GetToken = (request: TokenRequest) => Token | IssuedToken | Promise<Token | IssuedToken>

/** A token in use. */
export interface CurrentToken {
  token: Token
  /** When to fetch a fresh token, in `clock.elapsed()`; `undefined` if the token's lifetime is unknown. */
  refreshAt?: number | undefined
  /** The server has refused this token, or that of another page. */
  isRefused?: boolean | undefined
  /** Since when the connection has used the token of another page instead, in `clock.elapsed()`. */
  foreignSince?: number | undefined
}

/** A token as one attempt uses it. */
export interface AttemptToken extends CurrentToken {
  /** Whether it replaces a rejected one. */
  isRefreshed: boolean
}

/** What a token is needed for. */
export interface TokenPlan {
  /** The application's function. Without one, the user is anonymous. */
  getToken?: GetToken | undefined
  /**
   * A token that was rejected or is about to expire. If it is no longer the current one, the current one is
   * used without a call.
   */
  previous?: Token | undefined
  /**
   * The rejected token is that of another page, in use since then. It may be the current one as well, unless that was
   * fetched later, in place of a refused one.
   */
  foreignSince?: number | undefined
  /** What is wrong with `previous`. Default `'refused'`. */
  reason?: 'refused' | 'expiring' | undefined
  /** Called with the reason before a token is requested. */
  onTokenRequest?: ((reason: TokenReason) => void) | undefined
}

/**
 * The one rule for a refused token, of connections and polls: a fresh one is fetched once. Returns `undefined` for
 * that. Otherwise the refusal is final, and this returns its error, which names the code.
 *
 * @param isSecond whether the server has refused before and there is no reason to try again.
 */
export function refusalError(
  failure: Failure,
  token: TokenUse,
  isSecond: boolean,
): RealtimeError | undefined {
  if (token !== 'refreshed' && !isSecond) return undefined
  const what = token === 'none' ? 'requires a token, and none was sent' : 'refused the token twice'
  return new UnauthorizedError(withAdvice(`The server ${what}${nameCode(failure)}.`, 'signIn'))
}

function nameCode(failure: Failure): string {
  if (failure.kind === 'close') return ` (close code ${failure.code})`
  return failure.kind === 'status' ? ` (HTTP status ${failure.status})` : ''
}

/** After this time a pending `getToken` may be called again (ms). */
const PENDING_LIMIT = 10_000

interface PendingCall {
  result: Promise<CurrentToken>
  reason: TokenReason
  startedAt: number
}

/** Fetches tokens, one call at a time, for everything that shares a user. */
export class TokenManager {
  readonly #clock: Clock
  readonly #disposal = new AbortController()
  #pending: PendingCall | undefined
  #current: CurrentToken | undefined
  /** When the current token was fetched in place of a refused one, in `clock.elapsed()`. */
  #refreshedAt = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `getToken` at each attempt; overlapping calls share one result. */
  async getToken(plan: TokenPlan): Promise<AttemptToken> {
    const { signal } = this.#disposal
    throwIfAborted(signal)
    const { previous, foreignSince, onTokenRequest } = plan
    const current = this.#current
    const isOther =
      foreignSince === undefined ? current?.token !== previous : this.#refreshedAt >= foreignSince
    // Never hand out a token that is about to expire.
    const isStale = this.#clock.elapsed() >= (current?.refreshAt ?? Infinity)
    const isUsable = current?.token && isOther && !isStale && this.#pending?.reason !== 'refused'
    if (previous !== undefined && current && isUsable) return { ...current, isRefreshed: false }
    const why = isStale ? 'expiring' : 'connect'
    const reason = previous === undefined ? why : (plan.reason ?? 'refused')
    onTokenRequest?.(reason)
    const token = await this.#call(plan.getToken, reason)
    throwIfAborted(signal)
    return { ...token, isRefreshed: reason === 'refused' }
  }

  /** Cancels pending calls: their result is discarded and their signal aborted. */
  dispose(): void {
    this.#disposal.abort()
    this.#pending = undefined
  }

  #call(getToken: unknown, reason: TokenReason): Promise<CurrentToken> {
    const pending = this.#pending
    const isSameReason = reason === 'connect' || pending?.reason === 'refused' || pending?.reason === reason
    if (pending && isSameReason && this.#clock.elapsed() - pending.startedAt < PENDING_LIMIT)
      return pending.result
    if (getToken !== undefined && typeof getToken !== 'function')
      throw new ConfigurationError(`"getToken" must be a function, not ${kindOf(getToken)}.`)
    const request: TokenRequest = { reason, signal: this.#disposal.signal }
    const result = Promise.resolve().then(async () =>
      this.#receive(await (getToken as GetToken | undefined)?.(request)),
    )
    const call = (this.#pending = { result, reason, startedAt: this.#clock.elapsed() })
    // Settled before any of its waiters continue, so that the next call does not join one that has finished.
    const settle = (token?: CurrentToken) => {
      if (this.#pending !== call) return
      this.#pending = undefined
      if (!token) return
      this.#current = token
      this.#refreshedAt = reason === 'refused' ? this.#clock.elapsed() : -Infinity
    }
    result.then(settle, () => settle())
    return result
  }

  #receive(value: unknown): CurrentToken {
    const { token, expiresIn } = readToken(value)
    if (!token) return { token: null }
    // The lifetime that it claims was counted from when it first arrived.
    if (expiresIn === undefined && token === this.#current?.token) return this.#current
    const life = expiresIn ?? claimedLife(token)
    return { token, refreshAt: refreshTime(life, this.#clock.elapsed()) }
  }
}

/** Reads what `getToken` returned. Anything else would be sent as "[object Object]" or as the source of a function. */
function readToken(value: unknown): IssuedToken {
  if (value === undefined || value === null || typeof value === 'string') return { token: value ?? null }
  const { token, expiresIn } = value as { token?: unknown; expiresIn?: unknown }
  const isToken = typeof value === 'object' && (token === null || typeof token === 'string')
  if (!isToken) throw new ConfigurationError(withAdvice(`getToken returned ${kindOf(value)}.`, 'getToken'))
  return { token, expiresIn: typeof expiresIn === 'number' ? expiresIn : undefined }
}

/** How long before expiry to fetch a fresh token (ms), or which share of its lifetime if that is shorter. */
const LEEWAY = 10_000
const LEEWAY_SHARE = 0.1

/**
 * When to fetch a fresh token, on the clock of `now` (ms); `undefined` if this token's lifetime is unknown.
 * Counted from `now`, when the token arrived, so that a wrong clock does no harm.
 */
function refreshTime(life: number | undefined, now: number): number | undefined {
  return life !== undefined && life > 0 ? now + life - Math.min(LEEWAY, life * LEEWAY_SHARE) : undefined
}

/** The lifetime that a JWT claims, from `iat` to `exp` (RFC 7519), in ms; `undefined` for anything else. */
function claimedLife(token: string): number | undefined {
  try {
    const payload = token.split('.')[1] ?? ''
    const { iat, exp } = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as Claims
    return typeof iat === 'number' && typeof exp === 'number' ? (exp - iat) * 1_000 : undefined
  } catch {
    return undefined
  }
}

interface Claims {
  iat?: unknown
  exp?: unknown
}

/** Adds a token to a request. Use a built-in helper, or write your own. */
export type AttachToken = (request: TransportRequest, token: string) => TransportRequest

/**
 * Builds the message that sends a fresh token over an open socket. Strings and binary data are sent as they
 * are; anything else goes through `serialize`.
 */
export type Reauthenticate = (token: string) => unknown

/**
 * Sends the token in the query string, by default as `token`. It works with every server, but proxies and
 * servers log URLs. Use short-lived tokens, or for sockets `tokenInProtocol` or `tokenInFirstMessage`.
 */
export function tokenInQuery(name = 'token'): AttachToken {
  return (request, token) => {
    const url = new URL(request.url)
    url.searchParams.set(name, token)
    return { ...request, url: url.href }
  }
}

/**
 * Sends the token in a header, by default `Authorization: Bearer …`. Browsers cannot send headers with a
 * WebSocket handshake.
 */
export function tokenInHeader(
  name = 'Authorization',
  format: (token: string) => string = token => `Bearer ${token}`,
): AttachToken {
  return (request, token) => ({
    ...request,
    headers: {
      ...request.headers,
      [name]: refusePromise(format(token), 'The function given to tokenInHeader'),
    },
    // On a redirect to another origin, browsers drop Authorization but no other header.
    ...(name.toLowerCase() === 'authorization' ? {} : { redirect: 'error' }),
  })
}

/**
 * Sends the token as a WebSocket subprotocol after the application's own, by default `token.…`. Subprotocols
 * allow only the characters of an RFC 9110 token.
 */
export function tokenInProtocol(format: (token: string) => string = token => `token.${token}`): AttachToken {
  return (request, token) => ({
    ...request,
    protocols: [...request.protocols, refusePromise(format(token), 'The function given to tokenInProtocol')],
  })
}

/**
 * Sends the token as a socket's first message. Strings and binary data from `build` are sent as they are;
 * anything else goes through `serialize`.
 *
 * @throws ConfigurationError if `build` throws or returns nothing. The connection is then `failed` with it.
 */
export function tokenInFirstMessage(build: (token: string) => unknown): AttachToken {
  return (request, token) => ({
    ...request,
    firstMessage: buildFirstMessage('tokenInFirstMessage', () => build(token)),
  })
}
