import { withAdvice } from './advice.ts'
import type { AttachToken, HeldToken, Token, TokenAuthority } from './tokens.ts'
import type { TokenReason, TokenUse } from './connectionState.ts'
import { ConfigurationError, InsecureOriginError, RealtimeError, UntrustedOriginError } from './errors.ts'
import { type Failure, isUnauthorizedError, type RequestPart } from './failure.ts'
import { findRefusedHeader, type HeadersOption, mergeHeaders } from './headers.ts'
import { kindOf, refusePromise } from './validation.ts'
import type { TransportCapabilities, TransportRequest } from './transport.ts'

/** A URL option. A function is called at each attempt. */
export type UrlSource = string | URL | (() => string | URL | Promise<string | URL>)

/** What the requests of a connection or a poll are built from. */
export interface RequestPlan {
  transport: TransportCapabilities
  url: UrlSource
  baseUrl?: string | undefined
  headers?: HeadersOption | undefined
  protocols?: readonly string[] | undefined
  tokens: TokenAuthority
  attachToken: AttachToken
  origins: TokenOrigins
  /** A token is about to be requested. */
  onTokenRequest?: ((reason: TokenReason) => void) | undefined
}

/** What one attempt adds to its request. */
export interface AttemptParts {
  /** The token that the server rejected; `undefined` if there is none. */
  rejected: Token | undefined
  /** Adds the position to resume from, before the token. */
  attachCursor?: ((request: TransportRequest) => TransportRequest) | undefined
  /** Called when a part that may take time begins, and with `undefined` when it has settled. */
  waitingFor?: ((part: RequestPart | undefined) => void) | undefined
}

/** A request that is ready to send, and the token in it. */
export interface PreparedRequest extends HeldToken {
  request: TransportRequest
  tokenUse: TokenUse
}

/** Builds the request of one attempt: URL, cursor, token, in this order. Pass a throw to `preparationFailure`. */
export async function prepareRequest(plan: RequestPlan, attempt: AttemptParts): Promise<PreparedRequest> {
  const { url: source, baseUrl, transport, tokens, onTokenRequest } = plan
  const given = typeof source === 'function' ? await settled(attempt, 'url', source) : source
  const url = targetOf(given, baseUrl, transport)
  const headers = mergeHeaders(plan.headers)
  assertHeaders(headers, 'of the option "headers"')
  const { token, forced, refreshAt } = await settled(attempt, 'getToken', () =>
    tokens.grant(attempt.rejected, 'refused', onTokenRequest),
  )
  let request: TransportRequest = { url: url.href, headers, protocols: [...(plan.protocols ?? [])] }
  if (attempt.attachCursor) request = attempt.attachCursor(request)
  if (token) {
    assertTrusted(new URL(request.url), plan.origins)
    request = attach('attachToken', () => plan.attachToken(request, token))
    // Check again, because the last function to change the URL decides where the token goes.
    assertTrusted(new URL(request.url), plan.origins)
  }
  request = { ...request, headers: mergeHeaders(request.headers) }
  assertSendable(request, transport)
  const use = forced ? 'forced' : 'given'
  return { request, token, refreshAt, tokenUse: token ? use : 'none' }
}

/**
 * Calls an application function that changes a request. Throws, naming the function, if it does not return a
 * request.
 */
export function attach(part: RequestPart, call: () => TransportRequest): TransportRequest {
  const request: unknown = refusePromise(inPart<unknown>(part, call), `"${part}"`)
  if (isRequest(request)) return request
  throw new ConfigurationError(withAdvice(`"${part}" returned no request.`, 'request'))
}

function isRequest(value: unknown): value is TransportRequest {
  const { url, headers, protocols } = (value ?? {}) as Partial<TransportRequest>
  return typeof url === 'string' && isAbsolute(url) && headers !== undefined && protocols !== undefined
}

async function settled<Result>(
  { waitingFor }: AttemptParts,
  part: RequestPart,
  call: () => Result | Promise<Result>,
): Promise<Result> {
  waitingFor?.(part)
  const result = await inPart(part, async () => call())
  waitingFor?.(undefined)
  return result
}

/** Throws for a token or a cursor that the transport cannot carry; it would get lost silently. */
function assertSendable(request: TransportRequest, transport: TransportCapabilities): void {
  const { headers, protocols, firstMessage } = request
  if (!transport.sendsHeaders && Object.keys(headers).length > 0) {
    throw new ConfigurationError(withAdvice('A WebSocket sends no headers.', 'socket'))
  }
  if (!transport.isBidirectional && (protocols.length > 0 || firstMessage !== undefined)) {
    throw new ConfigurationError(withAdvice('HTTP has no subprotocols and no first message.', 'http'))
  }
  assertHeaders(headers, 'of the request')
}

/** `fetch` would refuse the header at each attempt, and its error may quote the value. */
function assertHeaders(headers: Readonly<Record<string, string>>, whose: string): void {
  const refused = findRefusedHeader(headers)
  if (refused === undefined) return
  throw new ConfigurationError(`The header "${refused}" ${whose} has a name or a value that cannot be sent.`)
}

function targetOf(url: string | URL, baseUrl: string | undefined, transport: TransportCapabilities): URL {
  const { urlScheme } = transport
  const target = resolveUrl(url, baseUrl, urlScheme)
  assertScheme(target, [`${urlScheme}:`, `${urlScheme}s:`])
  if (isMixedContent(target))
    throw new ConfigurationError(withAdvice('A page on https cannot open ws:.', 'mixed'))
  return target
}

function isMixedContent(url: URL): boolean {
  const page = (globalThis as { location?: { protocol?: string } }).location
  return page?.protocol === 'https:' && url.protocol === 'ws:' && !isLoopback(url)
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
  const page = (globalThis as { location?: { href: string } }).location?.href
  // `new URL` would turn `null` into the path `/null`.
  if (typeof url !== 'string' && typeof (url as Partial<URL> | null | undefined)?.href !== 'string')
    throw new ConfigurationError(`"url" must be a string or a URL, not ${kindOf(url)}.`)
  const base = baseUrl === undefined ? page : parse(baseUrl, page)?.href
  const resolved = parse(url, base)
  if (resolved) return scheme === 'ws' ? toSocketUrl(resolved) : resolved
  // The messages do not quote the URL, because its query may contain a token.
  if (baseUrl !== undefined && !hasHost(baseUrl, page))
    throw new ConfigurationError(withAdvice('"baseUrl" is not valid.', 'baseUrl'))
  throw new ConfigurationError(withAdvice('"url" is not valid.', 'url'))
}

function parse(url: string | URL, base: string | undefined): URL | undefined {
  try {
    return new URL(url, base)
  } catch {
    return undefined
  }
}

/** Whether a URL is absolute. */
function isAbsolute(url: string): boolean {
  return parse(url, undefined) !== undefined
}

function hasHost(url: string, base: string | undefined): boolean {
  return !!parse(url, base)?.host
}

/** Throws unless the URL has one of these schemes. "localhost:80" has the scheme "localhost:". */
function assertScheme({ protocol }: URL, schemes: readonly string[]): void {
  if (schemes.includes(protocol)) return
  const wanted = schemes.map(scheme => `${scheme}//`).join(' or ')
  throw new ConfigurationError(
    `"url" must begin with ${wanted}, or be relative. It begins with "${protocol}".`,
  )
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
  const url = typeof origin === 'string' ? parse(origin, undefined) : undefined
  if (url?.host) return url
  const given = typeof origin === 'string' ? `"${origin}"` : kindOf(origin)
  throw new ConfigurationError(withAdvice(`${given} in "${option}" is not an origin.`, 'origin'))
}

/** The origins that are trusted by default: the page's and that of `baseUrl`. */
export function defaultTrustedOrigins(baseUrl: string | undefined): string[] {
  const page = (globalThis as { location?: { href: string } }).location?.href
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

/** Calls an application function, so that `preparationFailure` can name it if it throws. */
function inPart<Result>(part: RequestPart, call: () => Result): Result {
  const named = (cause: unknown) => (isNamed(cause) ? cause : new PartError(part, cause))
  try {
    const result = call()
    if (!(result instanceof Promise)) return result
    return result.catch((cause: unknown) => Promise.reject(named(cause))) as Result
  } catch (cause) {
    throw named(cause)
  }
}

function isNamed(cause: unknown): cause is Error {
  return cause instanceof PartError || cause instanceof RealtimeError
}

/** The failure for anything thrown while a request was prepared. */
export function preparationFailure(thrown: unknown): Failure {
  const { part, cause } = thrown instanceof PartError ? thrown : { part: undefined, cause: thrown }
  if (isUnauthorizedError(cause)) return { kind: 'token', cause }
  if (cause instanceof RealtimeError) return { kind: 'impossible', error: cause }
  // Leave out the cause of all others: what they throw may quote the token.
  return part === undefined || part === 'getToken' ? { kind: 'token', cause } : { kind: 'preparation', part }
}
