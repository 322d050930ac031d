import type { FetchLike, WebSocketConstructor } from 'react-query-realtime'

/** What one way has cost and brought so far. */
export interface Totals {
  /** HTTP requests; the handshake of a socket is one. */
  readonly requests: number
  /** Both directions: bodies, frames, and the headers of answers, as far as a page can see them. */
  readonly bytes: number
  /** Values that arrived and were newer than the one before. */
  readonly values: number
  /** The age of these values at their arrival, summed up (ms). */
  readonly lateness: number
}

/** Counts at the `fetch` and the `WebSocket` that a provider is given. */
export interface Meter {
  readonly totals: Totals
  readonly fetch: FetchLike
  readonly webSocket: WebSocketConstructor
  /** A value made at `at` (ms since 1970, by the server's clock) is here. */
  arrived(at: number): void
}

/** Statuses that a response made by hand may not have with a body, not even with the empty one that Chromium gives them. */
const NO_BODY = [204, 205, 304]

/** Creates the meter of one way. */
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
      // What stood there before anybody looked is not late, and what comes twice is not new.
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
