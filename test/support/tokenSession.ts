import type { GetToken } from 'react-query-realtime'
import type { RealtimePage } from './setUpRealtime.tsx'

/**
 * The application's own way to its tokens: the demo server issues one, which is used until it is refused or ends. Times
 * in ms: `ttl` is how long it really lives, `told` is the lifetime that the client receives.
 */
export function createTokenSession(page: () => RealtimePage, { ttl = 600_000, told = 600_000 } = {}) {
  const tokens: string[] = []
  const reasons: string[] = []
  const getToken: GetToken = async ({ reason }) => {
    reasons.push(reason)
    if (reason !== 'connect' || tokens.length === 0) {
      tokens.push(((await page().post('/token', { ttl })) as { token: string }).token)
    }
    return { token: tokens.at(-1) ?? null, expiresIn: told }
  }
  return { tokens, reasons, getToken }
}
