import { randomBytes } from 'node:crypto'

export type Tokens = ReturnType<typeof createTokens>

interface Grant {
  user: string
  expiresAt: number
  /** The clients that have used it, so that one client's tokens can be expired. */
  clients: Set<string>
  /** Called when the token ends. */
  watchers: Set<() => void>
}

const MAX_TIMEOUT = 2 ** 31 - 1

/** The tokens of a channel. */
export function createTokens() {
  const grants = new Map<string, Grant>()
  let issued = 0
  let refused = 0

  function live(token: string): Grant | undefined {
    const grant = grants.get(token)
    if (grant && grant.expiresAt > Date.now()) return grant
    grants.delete(token)
    return undefined
  }

  return {
    issue(user: string, ttl: number): { token: string; expiresAt: number } {
      for (const known of grants.keys()) live(known)
      const token = randomBytes(18).toString('base64url')
      const expiresAt = Date.now() + ttl
      grants.set(token, { user, expiresAt, clients: new Set(), watchers: new Set() })
      issued += 1
      return { token, expiresAt }
    },
    /** Whether `token` is valid. A missing, unknown, expired or revoked one counts as refused. */
    accept(token: string | undefined, client: string): token is string {
      const grant = token === undefined ? undefined : live(token)
      if (grant) grant.clients.add(client)
      else refused += 1
      return grant !== undefined
    },
    /** Calls `onEnd` once, when an accepted token expires or is revoked. Returns a function that stops watching. */
    watch(token: string, onEnd: () => void): () => void {
      return watchGrant(grants.get(token), onEnd)
    },
    /** Expires the tokens that `client` has used, or all of the channel without `client`. */
    revoke(client?: string): void {
      for (const [token, grant] of grants) {
        if (client !== undefined && !grant.clients.has(client)) continue
        grants.delete(token)
        for (const end of [...grant.watchers]) end()
      }
    },
    counts() {
      const active = [...grants.keys()].filter(live).length
      return { issued, refused, active }
    },
  }
}

function watchGrant(grant: Grant | undefined, onEnd: () => void): () => void {
  const end = () => {
    stop()
    onEnd()
  }
  const left = (grant?.expiresAt ?? 0) - Date.now()
  const timer = setTimeout(end, Math.min(MAX_TIMEOUT, Math.max(0, left)))
  const stop = () => {
    clearTimeout(timer)
    grant?.watchers.delete(end)
  }
  grant?.watchers.add(end)
  return stop
}
