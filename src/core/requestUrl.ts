import { ConfigurationError, InsecureOriginError, UntrustedOriginError } from './errors.ts'
import { kindOf } from './numberOptions.ts'

/**
 * Resolves `url` against `baseUrl`, and that against the page's URL, as the URL standard says. An absolute
 * `url` needs neither.
 */
export function resolveUrl(url: string | URL, baseUrl: string | undefined): URL {
  const page = (globalThis as { location?: { href: string } }).location?.href
  // `new URL` would turn `null` into the path `/null`.
  if (typeof url !== 'string' && typeof (url as Partial<URL> | null | undefined)?.href !== 'string')
    throw new ConfigurationError(`"url" must be a string or a URL, not ${kindOf(url)}.`)
  const base = baseUrl === undefined ? page : parse(baseUrl, page)?.href
  const resolved = parse(url, base)
  if (resolved) return resolved
  // The messages do not quote the URL, because its query may contain a token.
  if (baseUrl !== undefined && !hasHost(baseUrl, page))
    throw new ConfigurationError('"baseUrl" is not valid. Give an absolute URL such as https://example.com.')
  throw new ConfigurationError('"url" is not valid. Give an absolute URL, or a relative one and a "baseUrl".')
}

function parse(url: string | URL, base: string | undefined): URL | undefined {
  try {
    return new URL(url, base)
  } catch {
    return undefined
  }
}

/** Whether a URL is absolute. */
export function isAbsolute(url: string): boolean {
  return parse(url, undefined) !== undefined
}

function hasHost(url: string, base: string | undefined): boolean {
  return !!parse(url, base)?.host
}

/** Throws unless the URL has one of these schemes. "localhost:80" has the scheme "localhost:". */
export function assertScheme({ protocol }: URL, schemes: readonly string[]): void {
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
export interface TokenOrigins {
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
export function isLoopback({ hostname }: URL): boolean {
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
  throw new ConfigurationError(`${given} in "${option}" is not an origin. Write it as https://example.com.`)
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
