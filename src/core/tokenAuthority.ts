import type { Clock } from './clock.ts'
import type { TokenReason } from './connectionState.ts'

/** A token, or `null` for an anonymous user. */
export type Token = string | null

/** What `getToken` is told: why it is asked, and a signal that aborts when the answer is not wanted any more. */
export interface TokenRequest {
  reason: TokenReason
  signal: AbortSignal
}

/** The application's way to its token. Throw `UnauthorizedError` to stop; any other throw is one failed attempt. */
export type GetToken = (request: TokenRequest) => Token | Promise<Token>

/** A token as one attempt uses it. */
export interface GrantedToken {
  token: Token
  /** Whether a refusal forced it. */
  forced: boolean
}

/** Asks for tokens, one question at a time, for everything that shares a user. */
export interface TokenAuthority {
  /** Asks at each attempt; asks that overlap are one call. With `refused`, the token that was not taken. */
  grant(refused?: Token): Promise<GrantedToken>
  /** Drops what is under way: its result is thrown away, its signal aborted. */
  dispose(): void
}

/** The time after which an unanswered `getToken` may be asked again (ms). */
const PATIENCE = 10_000

interface Question {
  answer: Promise<Token>
  reason: TokenReason
  askedAt: number
}

/** Creates the authority over `getToken`, which is read at each call, so that the latest rendered one is asked. */
export function createTokenAuthority(getToken: () => GetToken | undefined, clock: Clock): TokenAuthority {
  const disposal = new AbortController()
  let pending: Question | undefined
  let current: Token | undefined

  function ask(reason: TokenReason): Promise<Token> {
    const mayJoin = pending && clock.now() - pending.askedAt < PATIENCE
    if (pending && mayJoin && (reason === 'connect' || pending.reason === 'refused')) return pending.answer
    const call = getToken()
    const answer = Promise.resolve().then(() => call?.({ reason, signal: disposal.signal }) ?? null)
    const question = { answer, reason, askedAt: clock.now() }
    pending = question
    // Settled before any of those who wait goes on: the next to ask does not join an answered question.
    const settle = (token = current) => {
      if (pending !== question) return
      pending = undefined
      current = token
    }
    answer.then(settle, () => settle())
    return answer
  }

  async function answer(reason: TokenReason): Promise<Token> {
    const token = await ask(reason)
    disposal.signal.throwIfAborted()
    return token
  }

  return {
    async grant(refused) {
      disposal.signal.throwIfAborted()
      if (refused === undefined) return { token: await answer('connect'), forced: false }
      const isKnownBad = current === undefined || current === refused
      if (!isKnownBad && pending?.reason !== 'refused') return { token: current ?? null, forced: false }
      return { token: await answer('refused'), forced: true }
    },
    dispose: () => {
      disposal.abort()
      pending = undefined
    },
  }
}
