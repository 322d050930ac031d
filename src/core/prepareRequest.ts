import type { AttachToken } from './attachToken.ts'
import type { Failure } from './failure.ts'
import { ConfigurationError, RealtimeError } from './errors.ts'
import type { TokenUse } from './connectionState.ts'
import { assertTrusted, isLoopback, resolveUrl, type TokenOrigins, toSocketUrl } from './requestUrl.ts'
import type { GrantedToken, HeldToken } from './tokenAuthority.ts'
import type { TransportRequest } from './transport.ts'

/** A URL as users give it; a function is called at each attempt. */
export type UrlSource = string | URL | (() => string | URL | Promise<string | URL>)

/** What a request is made from. */
export interface RequestPlan {
  url: UrlSource
  baseUrl?: string | undefined
  headers?: Readonly<Record<string, string>> | undefined
  protocols?: readonly string[] | undefined
  isSocket?: boolean | undefined
  grant(): Promise<GrantedToken>
  attachToken: AttachToken
  origins: TokenOrigins
  /** Adds what resumes, before the token. */
  attachCursor?: ((request: TransportRequest) => TransportRequest) | undefined
}

/** A request that is ready to go, and the token in it. */
export interface PreparedRequest extends HeldToken {
  request: TransportRequest
  tokenUse: TokenUse
}

/** Makes the request of one attempt: URL, cursor, token, in this order. `preparationFailure` says what a throw means. */
export async function prepareRequest(plan: RequestPlan): Promise<PreparedRequest> {
  const url = await targetOf(plan)
  const { token, forced, refreshAt } = await plan.grant()
  const headers = { ...plan.headers }
  let request: TransportRequest = { url: url.href, headers, protocols: [...(plan.protocols ?? [])] }
  if (plan.attachCursor) request = plan.attachCursor(request)
  if (token) {
    assertTrusted(new URL(request.url), plan.origins)
    request = plan.attachToken(request, token)
  }
  assertSendable(request, plan.isSocket ?? false)
  const given = token ? 'given' : 'none'
  return { request, token, refreshAt, tokenUse: forced ? 'forced' : given }
}

/** A token or a cursor where the technique carries nothing would get lost without a word. */
function assertSendable({ headers, protocols, firstMessage }: TransportRequest, isSocket: boolean): void {
  if (isSocket && Object.keys(headers).length > 0) {
    throw new ConfigurationError(
      'A WebSocket sends no headers. For its token use tokenInQuery, tokenInProtocol or tokenInFirstMessage, for its cursor cursorInQuery or cursorInFirstMessage.',
    )
  }
  if (!isSocket && (protocols.length > 0 || firstMessage !== undefined)) {
    throw new ConfigurationError(
      'HTTP has no subprotocols and no first message. For its token use tokenInHeader or tokenInQuery, for its cursor cursorInHeader or cursorInQuery.',
    )
  }
}

async function targetOf({ url, baseUrl, isSocket }: RequestPlan): Promise<URL> {
  const resolved = resolveUrl(typeof url === 'function' ? await url() : url, baseUrl)
  if (!isSocket) return resolved
  const socketUrl = toSocketUrl(resolved)
  if (isMixedContent(socketUrl))
    throw new ConfigurationError('A page on https cannot open ws:. Use a wss: URL.')
  return socketUrl
}

function isMixedContent(url: URL): boolean {
  const page = (globalThis as { location?: { protocol?: string } }).location
  return page?.protocol === 'https:' && url.protocol === 'ws:' && !isLoopback(url)
}

/** The failure that something thrown by `prepareRequest`, `getToken` or a `url` function is. */
export function preparationFailure(cause: unknown): Failure {
  const isOurs = cause instanceof RealtimeError && cause.code !== 'unauthorized'
  return isOurs ? { kind: 'impossible', error: cause } : { kind: 'token', cause }
}
