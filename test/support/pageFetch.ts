/** What a simple request may carry (Fetch standard, "CORS-safelisted request-header"). */
const SAFELISTED = ['accept', 'accept-language', 'content-language', 'content-type']
/** What a page may read of another origin's response without the server's consent. */
const READABLE = [
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
]

const listed = (headers: Headers, name: string) =>
  (headers.get(name) ?? '').split(',').map(item => item.trim().toLowerCase())

/** `fetch` as a page of another origin has it: with preflights, and with only the response headers that are exposed. */
export async function pageFetch(url: string, init: RequestInit = {}): Promise<Response> {
  const names = [...new Headers(init.headers).keys()].filter(name => !SAFELISTED.includes(name))
  if (names.length > 0) {
    const headers = { 'access-control-request-method': 'GET', 'access-control-request-headers': names.join() }
    const preflight = await fetch(url, { method: 'OPTIONS', headers, signal: init.signal ?? null })
    const allowed = listed(preflight.headers, 'access-control-allow-headers')
    const isAllowed = allowed.includes('*') || names.every(name => allowed.includes(name))
    if (!preflight.ok || !isAllowed) throw new TypeError('Failed to fetch')
  }
  const response = await fetch(url, init)
  const { status, body, headers } = response
  if (!headers.has('access-control-allow-origin')) throw new TypeError('Failed to fetch')
  const readable = [...READABLE, ...listed(headers, 'access-control-expose-headers')]
  const shown = [...headers].filter(([name]) => readable.includes(name))
  const filtered = new Response([204, 304].includes(status) ? null : body, { status, headers: shown })
  return Object.defineProperty(filtered, 'type', { value: 'cors' })
}
