import { throwIfAborted } from './abort.ts'
import type { Clock } from './clock.ts'
import type { TokenReason } from './connectionState.ts'
import { ConfigurationError } from './errors.ts'
import { kindOf } from './numberOptions.ts'
import { claimedLife, refreshTime } from './tokenLife.ts'

/** A token, or `null` for an anonymous user. */
export type Token = string | null

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
export interface HeldToken {
  token: Token
  /** When to fetch a fresh token, in `clock.elapsed()`; `undefined` if the token's lifetime is unknown. */
  refreshAt?: number | undefined
}

/** A token as one attempt uses it. */
export interface GrantedToken extends HeldToken {
  /** Whether a refusal forced it. */
  forced: boolean
}

/** Fetches tokens, one call at a time, for everything that shares a user. */
export interface TokenAuthority {
  /**
   * Calls `getToken` at each attempt; overlapping calls share one result. `former` is a token that was
   * refused or is about to expire. If it is no longer the current one, the current one is returned without a
   * call. `asked` receives the reason of a call.
   */
  grant(
    former?: Token,
    reason?: 'refused' | 'expiring',
    asked?: (reason: TokenReason) => void,
  ): Promise<GrantedToken>
  /** Cancels pending calls: their result is discarded and their signal aborted. */
  dispose(): void
}

/** After this time a pending `getToken` may be called again (ms). */
const PATIENCE = 10_000

interface Question {
  answer: Promise<HeldToken>
  reason: TokenReason
  askedAt: number
}

/** Reads what `getToken` returned. Anything else would be sent as "[object Object]" or as the source of a function. */
function readToken(given: unknown): IssuedToken {
  if (given === undefined || given === null || typeof given === 'string') return { token: given ?? null }
  const { token, expiresIn } = given as { token?: unknown; expiresIn?: unknown }
  const isToken = typeof given === 'object' && (token === null || typeof token === 'string')
  if (!isToken)
    throw new ConfigurationError(
      `getToken returned ${kindOf(given)}. Return a string, null, or { token, expiresIn } where token is a string or null.`,
    )
  return { token, expiresIn: typeof expiresIn === 'number' ? expiresIn : undefined }
}

function callable(getToken: unknown): GetToken | undefined {
  if (getToken === undefined || typeof getToken === 'function') return getToken as GetToken | undefined
  throw new ConfigurationError(`"getToken" must be a function, not ${kindOf(getToken)}.`)
}

/** Creates the authority over `getToken`. It is read at each call, so that the latest rendered function is used. */
export function createTokenAuthority(getToken: () => GetToken | undefined, clock: Clock): TokenAuthority {
  const disposal = new AbortController()
  let pending: Question | undefined
  let current: HeldToken | undefined

  function receive(given: unknown): HeldToken {
    const { token, expiresIn } = readToken(given)
    if (!token) return { token: null }
    // The lifetime that it claims was counted from when it first arrived.
    if (expiresIn === undefined && token === current?.token) return current
    return { token, refreshAt: refreshTime(expiresIn ?? claimedLife(token), clock.elapsed()) }
  }

  function ask(reason: TokenReason): Promise<HeldToken> {
    const mayJoin = pending && clock.elapsed() - pending.askedAt < PATIENCE
    const isAsMuch = reason === 'connect' || pending?.reason === 'refused' || pending?.reason === reason
    if (pending && mayJoin && isAsMuch) return pending.answer
    const call = callable(getToken())
    const answer = Promise.resolve().then(async () =>
      receive(await call?.({ reason, signal: disposal.signal })),
    )
    const question = { answer, reason, askedAt: clock.elapsed() }
    pending = question
    // Settled before any of its waiters continue, so that the next call does not join one that has finished.
    const settle = (held = current) => {
      if (pending !== question) return
      pending = undefined
      current = held
    }
    answer.then(settle, () => settle())
    return answer
  }

  async function answer(reason: TokenReason): Promise<GrantedToken> {
    const held = await ask(reason)
    throwIfAborted(disposal.signal)
    return { ...held, forced: reason === 'refused' }
  }

  return {
    async grant(former, reason = 'refused', asked) {
      throwIfAborted(disposal.signal)
      // Never hand out a token that is about to expire.
      const isStale = clock.elapsed() >= (current?.refreshAt ?? Infinity)
      const isUsable = current?.token && current.token !== former && !isStale && pending?.reason !== 'refused'
      if (former !== undefined && current && isUsable) return { ...current, forced: false }
      const why = former === undefined ? (isStale ? 'expiring' : 'connect') : reason
      asked?.(why)
      return answer(why)
    },
    dispose: () => {
      disposal.abort()
      pending = undefined
    },
  }
}
