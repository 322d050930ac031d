import type { FetchLike, WebSocketConstructor } from 'react-query-realtime'

/** Cost and yield of one transport so far. */
export interface Totals {
  /** HTTP requests; the handshake of a socket is one. */
  readonly requests: number
  /** Both directions: bodies, frames and response headers, as far as a page sees them. */
  readonly bytes: number
  /** Values that were newer than the one before. */
  readonly values: number
  /** Sum of the ages of these values on arrival (ms). */
  readonly lateness: number
}

/** Counts in the `fetch` and the `WebSocket` of a provider. */
export interface Meter {
  readonly totals: Totals
  readonly fetch: FetchLike
  readonly webSocket: WebSocketConstructor
  /** Records the arrival of a value created at `at` (ms since 1970, server clock). */
  arrived(at: number): void
}

/** `new Response` rejects a body for these statuses, even the empty one of Chromium. */
const NO_BODY = [204, 205, 304]

/** Creates the meter of one transport. */
export function createMeter(): Meter {
  const totals = { requests: 0, bytes: 0, values: 0, lateness: 0 }
  let newest = 0

  const counted: FetchLike = async (url, init) => {
    totals.requests += 1
    totals.bytes += sizeOf(init.body)
    const response = await fetch(url, init)
    for (const [name, value] of response.headers) totals.bytes += `${name}: ${value}\r\n`.length
    if (!response.body || NO_BODY.includes(response.status)) return response
    const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        totals.bytes += chunk.byteLength
        controller.enqueue(chunk)
      },
    })
    return new Response(response.body.pipeThrough(counter), response)
  }

  class CountedWebSocket extends WebSocket {
    constructor(url: string, protocols?: string[]) {
      super(url, protocols)
      totals.requests += 1
      this.addEventListener('message', ({ data }) => {
        totals.bytes += sizeOf(data)
      })
    }
    override send(data: Parameters<WebSocket['send']>[0]) {
      totals.bytes += sizeOf(data)
      super.send(data)
    }
  }

  return {
    totals,
    fetch: counted,
    webSocket: CountedWebSocket,
    arrived(at) {
      // The first value is not late, and a repeated value is not new.
      if (newest > 0 && at > newest) {
        totals.values += 1
        totals.lateness += Math.max(0, Date.now() - at)
      }
      newest = Math.max(newest, at)
    },
  }
}

const encoder = new TextEncoder()

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return encoder.encode(data).byteLength
  if (data instanceof Blob) return data.size
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : 0
}
