import { throwIfAborted } from './platform.ts'
import type { FetchLike, TransportRequest } from './transport.ts'

/** Headers that a page may send to another origin only if the server's preflight response allows them. */
const VALIDATORS = ['if-none-match', 'if-modified-since']

/** After this many refused preflights in a row, the server does not allow validators. */
const MAX_REFUSALS = 2
/** The latest request with validators got a response. */
const ALLOWED = -1

/**
 * Sends requests that may carry validators. A page cannot tell a refused preflight from a network failure. So
 * if a cross-origin request with validators fails, it is retried once without them. After two such failures
 * in a row, validators are no longer sent.
 */
export class ConditionalFetch {
  /** Whether the latest response belongs to a request sent without its validators. */
  isBare = false
  #refusals: number

  /**
   * `isCareful`: treat the first failure as a lost connection, because a request without its validators loses
   * its position.
   */
  constructor({ isCareful = false } = {}) {
    this.#refusals = isCareful ? ALLOWED : 0
  }

  /** Whether another origin refuses validators. */
  get isRefused(): boolean {
    return this.#refusals >= MAX_REFUSALS
  }

  /** Rejects as `fetch` does. */
  async send(request: TransportRequest, fetch: FetchLike, init: RequestInit): Promise<Response> {
    this.isBare = false
    const bare = isOtherOrigin(request.url) ? withoutValidators(request) : undefined
    if (!bare) return sendRequest(request, fetch, init)
    if (!this.isRefused) {
      try {
        const response = await sendRequest(request, fetch, init)
        this.#refusals = ALLOWED
        return response
      } catch (error) {
        if (this.#refusals === ALLOWED) {
          // The preflight was allowed before, so this is more likely a dropped connection. One more failure
          // tries without validators.
          this.#refusals = 0
          throw error
        }
      }
    }
    const response = await sendRequest(bare, fetch, init)
    this.#refusals++
    this.isBare = true
    return response
  }
}

/** Sends a request over HTTP. With an aborted signal it sends nothing, even if this `fetch` ignores signals. */
export async function sendRequest(
  { url, headers, redirect = 'follow' }: TransportRequest,
  fetch: FetchLike,
  init: RequestInit,
): Promise<Response> {
  throwIfAborted(init.signal ?? undefined)
  // `no-store`, so that the browser's cache cannot respond in place of the server.
  return fetch(url, { ...init, cache: 'no-store', headers, redirect })
}

/** Whether a page sends this request to another origin. Outside a page there is no preflight. */
function isOtherOrigin(url: string): boolean {
  const { location } = globalThis as { location?: { origin?: string } }
  return location?.origin !== undefined && new URL(url).origin !== location.origin
}

/** The request without its validators; `undefined` if it has none. */
function withoutValidators(request: TransportRequest): TransportRequest | undefined {
  const headers = Object.entries(request.headers)
  const kept = headers.filter(([name]) => !VALIDATORS.includes(name.toLowerCase()))
  return kept.length < headers.length ? { ...request, headers: Object.fromEntries(kept) } : undefined
}
