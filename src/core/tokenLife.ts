/** A fresh token is asked for this long before the end (ms), or this share of the life before it if that is less. */
const LEEWAY = 10_000
const LEEWAY_SHARE = 0.1

/**
 * When a fresh token should be asked for, on the clock of `now` (ms); `undefined` where the life of this one is not known. Counted
 * from `now`, when it came in, so that a wrong clock does no harm.
 */
export function refreshTime(life: number | undefined, now: number): number | undefined {
  return life !== undefined && life > 0 ? now + life - Math.min(LEEWAY, life * LEEWAY_SHARE) : undefined
}

/** The life that a JWT claims, from `iat` to `exp` (RFC 7519), in ms; `undefined` of anything else. */
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
