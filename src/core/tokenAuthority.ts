import { throwIfAborted } from './abort.ts'
import type { Clock } from './clock.ts'
import type { TokenReason } from './connectionState.ts'
import { ConfigurationError } from './errors.ts'
import { kindOf } from './requestPart.ts'
import { claimedLife, refreshTime } from './tokenLife.ts'

/** A token, or `null` for an anonymous user. */
export type Token = string | null

/** What `getToken` is told: why it is asked, and a signal that aborts when the answer is not wanted any more. */
export interface TokenRequest {
  reason: TokenReason
  signal: AbortSignal
}

/** A token with the time that it has left. */
export interface IssuedToken {
  token: Token
  /** In ms from now. Default: the time from `iat` to `exp` of a JWT; of any other token it is not known. */
  expiresIn?: number | undefined
}

/** The application's way to its token. Throw `UnauthorizedError` to stop; any other throw is one failed attempt. */
export type GetToken = (request: TokenRequest) => Token | IssuedToken | Promise<Token | IssuedToken>

/** A token that is in use. */
export interface HeldToken {
  token: Token
  /** When a fresh one should be asked for, in `clock.elapsed()`; not where its life is unknown. */
  refreshAt?: number | undefined
}

/** A token as one attempt uses it. */
export interface GrantedToken extends HeldToken {
  /** Whether a refusal forced it. */
  forced: boolean
}

/** Asks for tokens, one question at a time, for everything that shares a user. */
export interface TokenAuthority {
  /**
   * Asks at each attempt; asks that overlap are one call. With `former`, a token that was refused or is about to end:
   * if it is not the current one any more, the current one is given and nothing is asked. `asked` is told what is asked.
   */
  grant(
    former?: Token,
    reason?: 'refused' | 'expiring',
    asked?: (reason: TokenReason) => void,
  ): Promise<GrantedToken>
  /** Drops what is under way: its result is thrown away, its signal aborted. */
  dispose(): void
}

/** The time after which an unanswered `getToken` may be asked again (ms). */
const PATIENCE = 10_000

interface Question {
  answer: Promise<HeldToken>
  reason: TokenReason
  askedAt: number
}

/** What `getToken` gave, as a token. Anything else would be sent as "[object Object]" or as a function's source. */
function readToken(given: unknown): IssuedToken {
  if (given === undefined || given === null || typeof given === 'string') return { token: given ?? null }
  const { token, expiresIn } = given as { token?: unknown; expiresIn?: unknown }
  const isToken = typeof given === 'object' && (token === null || typeof token === 'string')
  if (!isToken)
    throw new ConfigurationError(
      `getToken gave ${kindOf(given)}. Give text, null, or { token, expiresIn } where token is text or null.`,
    )
  return { token, expiresIn: typeof expiresIn === 'number' ? expiresIn : undefined }
}

function callable(getToken: unknown): GetToken | undefined {
  if (getToken === undefined || typeof getToken === 'function') return getToken as GetToken | undefined
  throw new ConfigurationError(`"getToken" must be a function, not ${kindOf(getToken)}.`)
}

/** Creates the authority over `getToken`, which is read at each call, so that the latest rendered one is asked. */
export function createTokenAuthority(getToken: () => GetToken | undefined, clock: Clock): TokenAuthority {
  const disposal = new AbortController()
  let pending: Question | undefined
  let current: HeldToken | undefined

  function receive(given: unknown): HeldToken {
    const { token, expiresIn } = readToken(given)
    if (!token) return { token: null }
    // What it claims of its life was true when it first came in.
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
    // Settled before any of those who wait goes on: the next to ask does not join an answered question.
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
      // A token that is at its end is given to nobody any more.
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
