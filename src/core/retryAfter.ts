import { MAX_RETRY_AFTER } from './failure.ts'

/**
 * The ms a `Retry-After` header asks for (RFC 9110, section 10.2.3: seconds or an HTTP date), at most one hour;
 * `undefined` where it is missing or makes no sense.
 */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim()
  if (!text) return undefined
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return wait >= 0 ? Math.min(wait, MAX_RETRY_AFTER) : undefined
}
