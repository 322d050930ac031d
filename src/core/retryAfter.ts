import { MAX_RETRY_AFTER } from './failure.ts'

/**
 * Reads a `Retry-After` header (RFC 9110, section 10.2.3: seconds or an HTTP date) as ms, at most one hour;
 * `undefined` if it is missing or invalid.
 */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim()
  if (!text) return undefined
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return wait >= 0 ? Math.min(wait, MAX_RETRY_AFTER) : undefined
}
