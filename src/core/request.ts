import { withAdvice } from './advice.ts'
import { ConfigurationError, InsecureOriginError, RealtimeError, UntrustedOriginError } from './errors.ts'
import { type Failure, isUnauthorizedError, type RequestPart } from './failure.ts'
import { type HeadersOption, sendableHeaders } from './headers.ts'
import type { AttachToken, CurrentToken, TokenManager, TokenPlan, TokenUse } from './tokens.ts'
import type { TransportCapabilities, TransportRequest } from './transport.ts'
import { kindOf, refusePromise } from './validation.ts'

/** A URL option. A function is called at each attempt. */
export type UrlSource = string | URL | (() => string | URL | Promise<string | URL>)

/** What the requests of a connection or a poll are built from. */
export interface RequestPlan extends Pick<TokenPlan, 'getToken' | 'onTokenRequest'> {
  transport: TransportCapabilities
  url: UrlSource
  baseUrl?: string | undefined
  headers?: HeadersOption | undefined
  protocols?: readonly string[] | undefined
  tokens: Pick<TokenManager, 'getToken'>
  attachToken: AttachToken
  origins: TokenOrigins
}

/** What one attempt adds to its request. */
export interface AttemptParts {
  /** The token that the server rejected; `undefined` if there is none. */
  rejected: CurrentToken | undefined
  /** Adds the position to resume from, before the token. */
  attachCursor?: ((request: TransportRequest) => TransportRequest) | undefined
  /** Leaves this token out, because another page may send its own. It stays the current token. */
  withoutToken?: CurrentToken | undefined
  /** Shows which part has not settled yet. */
  pending: PendingPart
}

/** The part of a request that has not settled yet, while it is prepared. */
export interface PendingPart {
  part: RequestPart | undefined
}

/** A request that is ready to send, and the token in it. */
export interface PreparedRequest extends CurrentToken {
  request: TransportRequest
  tokenUse: TokenUse
}

/** Builds the request of one attempt: URL, cursor, token, in this order. Pass a throw to `preparationFailure`. */
export async function prepareRequest(plan: RequestPlan, attempt: AttemptParts): Promise<PreparedRequest> {
  const { url: source, origins, transport, getToken, tokens, onTokenRequest } = plan
  const { rejected, attachCursor, withoutToken, pending } = attempt
  const replaces = { previous: rejected?.token, foreignSince: rejected?.foreignSince }
  // A source has no URL.
  const hasUrl = transport.urlScheme !== undefined
  const url = typeof source === 'function' ? await settle(pending, 'url', source) : source
  const href = hasUrl ? findTarget(url, plan).href : ''
  const headers = sendableHeaders(plan.headers, 'of the option "headers"')
  const { token, isRefreshed, ...current } = withoutToken
    ? { ...withoutToken, isRefreshed: false }
    : await settle(pending, 'getToken', () => tokens.getToken({ getToken, ...replaces, onTokenRequest }))
  let request: TransportRequest = { url: href, headers, protocols: [...(plan.protocols ?? [])] }
  if (attachCursor) request = attachCursor(request)
  if (token && hasUrl && !withoutToken) {
    assertTrusted(new URL(request.url), origins)
    request = attach('attachToken', () => plan.attachToken(request, token))
    // Check again, because the last function to change the URL decides where the token goes.
    assertTrusted(new URL(request.url), origins)
  }
  request = { ...request, headers: sendableHeaders(request.headers, 'of the request') }
  assertSendable(request, transport)
  // Only what this page has sent was refused to it: the application may return the token of another page.
  const use = isRefreshed && rejected?.foreignSince === undefined ? 'refreshed' : 'given'
  return { ...current, request, token, tokenUse: token ? use : 'none' }
}

/**
 * Calls an application function that changes a request. Throws, naming the function, if it does not return a
 * request.
 */
export function attach(part: RequestPart, call: () => TransportRequest): TransportRequest {
  let request: unknown
  try {
    request = call()
  } catch (cause) {
    throw named(part, cause)
  }
  if (isRequest(request)) return request
  refusePromise(request, `"${part}"`)
  throw new ConfigurationError(withAdvice(`"${part}" returned no request.`, 'request'))
}

function isRequest(value: unknown): value is TransportRequest {
  const { url, headers, protocols } = (value ?? {}) as Partial<TransportRequest>
  return (
    typeof url === 'string' && parse(url) !== undefined && headers !== undefined && protocols !== undefined
  )
}

/** Waits for a part that the application provides. */
async function settle<Result>(
  pending: PendingPart,
  part: RequestPart,
  call: () => Result | Promise<Result>,
): Promise<Result> {
  pending.part = part
  try {
    const result = await call()
    pending.part = undefined
    return result
  } catch (cause) {
    throw named(part, cause)
  }
}

/** Throws for a token or a cursor that the transport cannot carry; it would get lost silently. */
function assertSendable(request: TransportRequest, transport: TransportCapabilities): void {
  const { headers, protocols, firstMessage } = request
  if (!transport.sendsHeaders && Object.keys(headers).length > 0)
    throw new ConfigurationError(withAdvice('A WebSocket sends no headers.', 'socket'))
  if (!transport.isBidirectional && (protocols.length > 0 || firstMessage !== undefined))
    throw new ConfigurationError(withAdvice('HTTP has no subprotocols and no first message.', 'http'))
}

function findTarget(url: string | URL, { baseUrl, transport: { urlScheme } }: RequestPlan): URL {
  if (!hasStandardUrls())
    throw new ConfigurationError(withAdvice('The global "URL" does not follow the URL standard.', 'urlClass'))
  const target = resolveUrl(url, baseUrl, urlScheme)
  const { protocol } = target
  // "localhost:80" has the scheme "localhost:".
  if (protocol !== `${urlScheme}:` && protocol !== `${urlScheme}s:`)
    throw new ConfigurationError(withAdvice(`"url" begins with "${protocol}".`, 'scheme'))
  const page = (globalThis as { location?: { protocol?: string } }).location
  if (protocol === 'ws:' && page?.protocol === 'https:' && !isLoopback(target))
    throw new ConfigurationError(withAdvice('A page on https cannot open ws:.', 'mixed'))
  return target
}

/**
 * Resolves `url` against `baseUrl`, and that against the page's URL, as the URL standard says. An absolute
 * `url` needs neither. With the scheme `ws`, `http(s)` becomes `ws(s)`.
 */
export function resolveUrl(
  url: string | URL,
  baseUrl: string | undefined,
  scheme: TransportCapabilities['urlScheme'] = 'http',
): URL {
  // `new URL` would turn `null` into the path `/null`.
  if (typeof url !== 'string' && typeof (url as Partial<URL> | null | undefined)?.href !== 'string')
    throw new ConfigurationError(`"url" must be a string or a URL, not ${kindOf(url)}.`)
  const page = pageUrl()
  const base = baseUrl === undefined ? undefined : parse(baseUrl, page)
  const resolved = parse(url, baseUrl === undefined ? page : base?.href)
  if (resolved) return scheme === 'ws' ? toSocketUrl(resolved) : resolved
  // The messages do not quote the URL, because its query may contain a token.
  if (baseUrl !== undefined && !base?.host)
    throw new ConfigurationError(withAdvice('"baseUrl" is not valid.', 'baseUrl'))
  throw new ConfigurationError(withAdvice('"url" is not valid.', 'url'))
}

/** `undefined` if the URL is not valid, or relative without a base. */
function parse(url: string | URL, base?: string): URL | undefined {
  try {
    return new URL(url, base)
  } catch {
    return undefined
  }
}

/**
 * React Native's own class finds no host in `ws:` URLs, or throws. For `https://a/@b` it returns the host `b`, so the check of
 * origins would use the wrong host.
 */
function hasStandardUrls(): boolean {
  try {
    return new URL('ws://a/@b').host === 'a'
  } catch {
    return false
  }
}

function pageUrl(): string | undefined {
  return (globalThis as { location?: { href: string } }).location?.href
}

/** The same URL for a WebSocket: `ws` or `wss`, without a fragment (RFC 6455, section 3). */
export function toSocketUrl(url: URL): URL {
  const socketUrl = new URL(url)
  socketUrl.hash = ''
  if (url.protocol === 'http:') socketUrl.protocol = 'ws:'
  if (url.protocol === 'https:') socketUrl.protocol = 'wss:'
  return socketUrl
}

/** A URL that is safe to show: without query, fragment and credentials, which may contain tokens. */
export function displayUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}

/** The origins that may receive a token: at all, and without encryption. */
interface TokenOrigins {
  trusted: readonly string[]
  insecure: readonly string[]
}

/** Throws unless a token may be sent to this URL. `ws(s)` counts as `http(s)` of the same host. */
export function assertTrusted(url: URL, { trusted, insecure }: TokenOrigins): void {
  const origin = httpOrigin(url)
  const isAmong = (origins: readonly string[]) =>
    origins.some(other => httpOrigin(parseOrigin(other)) === origin)
  if (!isAmong(trusted)) throw new UntrustedOriginError(origin)
  if (origin.startsWith('http:') && !isLoopback(url) && !isAmong(insecure))
    throw new InsecureOriginError(origin)
}

/** Whether requests to this URL stay on this machine, as defined by the standard "Secure Contexts". */
function isLoopback({ hostname }: URL): boolean {
  return /^((.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

/** Throws unless an option is a list of origins. */
export function assertOrigins(option: string, origins: unknown): void {
  if (origins === undefined) return
  if (!Array.isArray(origins))
    throw new ConfigurationError(`"${option}" must be an array of origins, not ${kindOf(origins)}.`)
  for (const origin of origins) parseOrigin(origin, option)
}

function parseOrigin(origin: unknown, option = 'trustedOrigins" or "insecureOrigins'): URL {
  const url = typeof origin === 'string' ? parse(origin) : undefined
  if (url?.host) return url
  const given = typeof origin === 'string' ? `"${origin}"` : kindOf(origin)
  throw new ConfigurationError(withAdvice(`${given} in "${option}" is not an origin.`, 'origin'))
}

/** The origins that are trusted by default: the page's and that of `baseUrl`. */
export function defaultTrustedOrigins(baseUrl: string | undefined): string[] {
  const page = pageUrl()
  const base = baseUrl === undefined ? undefined : parse(baseUrl, page)?.href
  return [page, base].filter(origin => origin !== undefined)
}

function httpOrigin(url: URL): string {
  return `${url.protocol.replace('ws', 'http')}//${url.host}`
}

/** Carries the name of the part that threw. It never leaves the library. */
class PartError extends Error {
  readonly part: RequestPart
  constructor(part: RequestPart, cause: unknown) {
    super(part, { cause })
    this.part = part
  }
}

function named(part: RequestPart, cause: unknown): Error {
  return cause instanceof PartError || cause instanceof RealtimeError ? cause : new PartError(part, cause)
}

/** The failure for anything thrown while a request was prepared. */
export function preparationFailure(thrown: unknown): Failure {
  const { part, cause } = thrown instanceof PartError ? thrown : { part: undefined, cause: thrown }
  if (isUnauthorizedError(cause)) return { kind: 'token', cause }
  if (cause instanceof RealtimeError) return { kind: 'impossible', error: cause }
  // Leave out the cause of all others: what they throw may quote the token.
  return part === undefined || part === 'getToken' ? { kind: 'token', cause } : { kind: 'preparation', part }
}
