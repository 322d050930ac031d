/** How long before expiry to fetch a fresh token (ms), or which share of its lifetime if that is shorter. */
const LEEWAY = 10_000
const LEEWAY_SHARE = 0.1

/**
 * When to fetch a fresh token, on the clock of `now` (ms); `undefined` if this token's lifetime is unknown.
 * Counted from `now`, when the token arrived, so that a wrong clock does no harm.
 */
export function refreshTime(life: number | undefined, now: number): number | undefined {
  return life !== undefined && life > 0 ? now + life - Math.min(LEEWAY, life * LEEWAY_SHARE) : undefined
}

/** The lifetime that a JWT claims, from `iat` to `exp` (RFC 7519), in ms; `undefined` for anything else. */
export function claimedLife(token: string): number | undefined {
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
