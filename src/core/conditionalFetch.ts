import { mergeHeaders } from './headers.ts'
import type { TransportRequest } from './transport.ts'

/** Headers that a page may send to another origin only where its server allows them in a preflight. */
const VALIDATORS = ['if-none-match', 'if-modified-since']

/** A server that refused this many preflights in a row does not allow validators. */
const MAX_REFUSALS = 2
/** The latest request with validators was answered. */
const ALLOWED = -1

/**
 * Sends requests that may carry validators. To a page, a refused preflight looks like a network failure. So a request to
 * another origin that fails with validators is tried once without. After two such failures in a row none are sent.
 */
export class ConditionalFetch {
  #refusals: number
  #isBare = false

  /** `isCareful`: the first failure is taken for a loss, because a request without its validators loses its place. */
  constructor({ isCareful = false } = {}) {
    this.#refusals = isCareful ? ALLOWED : 0
  }

  /** Whether another origin does not take validators. */
  get isRefused(): boolean {
    return this.#refusals >= MAX_REFUSALS
  }

  /** Whether the latest response answers a request whose validators were left out. */
  get isBare(): boolean {
    return this.#isBare
  }

  /** Rejects as `fetch` does. */
  async send(
    request: TransportRequest,
    fetch: (request: TransportRequest) => Promise<Response>,
  ): Promise<Response> {
    this.#isBare = false
    const bare = isOtherOrigin(request.url) ? withoutValidators(request) : undefined
    if (!bare) return fetch(request)
    if (!this.isRefused) {
      try {
        const response = await fetch(request)
        this.#refusals = ALLOWED
        return response
      } catch (error) {
        if (this.#refusals === ALLOWED) {
          // The preflight was allowed before, so this is more likely a loss. One more failure asks again.
          this.#refusals = 0
          throw error
        }
      }
    }
    const response = await fetch(bare)
    this.#refusals++
    this.#isBare = true
    return response
  }
}

/** Whether a page of another origin makes this request. Without a page there is no preflight. */
function isOtherOrigin(url: string): boolean {
  const { location } = globalThis as { location?: { origin?: string } }
  return location?.origin !== undefined && new URL(url).origin !== location.origin
}

/** `undefined` where it carries none. */
function withoutValidators(request: TransportRequest): TransportRequest | undefined {
  const headers = Object.entries(mergeHeaders(request.headers))
  const kept = headers.filter(([name]) => !VALIDATORS.includes(name.toLowerCase()))
  return kept.length < headers.length ? { ...request, headers: Object.fromEntries(kept) } : undefined
}
