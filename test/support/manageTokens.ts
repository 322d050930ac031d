import type { Clock } from '../../src/core/platform.ts'
import { type GetToken, type Token, TokenManager, type TokenPlan } from '../../src/core/tokens.ts'

/** A token manager for one `getToken`, read at each call. */
export function manageTokens(readGetToken: () => GetToken | undefined, clock: Clock) {
  const manager = new TokenManager(clock)
  return {
    getToken(previous?: Token, reason?: TokenPlan['reason'], onTokenRequest?: TokenPlan['onTokenRequest']) {
      return manager.getToken({ getToken: readGetToken(), previous, reason, onTokenRequest })
    },
    /** Replaces the token of another page, in use since then. */
    replaceForeign: (foreignSince: number) =>
      manager.getToken({ getToken: readGetToken(), previous: 'own', foreignSince }),
    dispose: () => manager.dispose(),
  }
}
