import { createEventStreamReader } from './eventStreamReader.ts'
import { createHttpTransport, failOversized, type HttpVariant } from './httpTransport.ts'
import type { Transport, TransportEnvironment } from './transport.ts'

/** How an event stream is requested. */
export interface EventStreamOptions {
  /** Default `'GET'`. */
  method?: string
  /** Sent again with each attempt, so it cannot be a stream. */
  body?: Exclude<BodyInit, ReadableStream>
  /** Default `'same-origin'`. */
  credentials?: RequestCredentials
  /** Where to start. Default: the server decides. */
  lastEventId?: string
}

/**
 * The range of `retry:` values that is obeyed (ms). Less would be a hot loop; more would leave the page
 * without updates.
 */
const MIN_RETRY_FLOOR = 250
const MAX_RETRY_FLOOR = 300_000

/** Server-Sent Events over `fetch`, as in the HTML standard. The cursor is the last event id. */
export function createEventStreamTransport(
  environment: TransportEnvironment,
  { lastEventId, ...init }: EventStreamOptions = {},
): Transport {
  const variant: HttpVariant<string> = {
    cursor: lastEventId || undefined,
    attachCursor(request) {
      const headers: Record<string, string> = { ...request.headers, Accept: 'text/event-stream' }
      if (variant.cursor) headers['Last-Event-ID'] = toByteString(variant.cursor)
      return { ...request, headers }
    },
    init,
    statuses: [200],
    contentType: /^text\/event-stream\s*(;|$)/i,
    async run(http, request, sink) {
      await http.ask(request)
      http.opened()
      const take = createEventStreamReader(environment.maxMessageBytes, {
        oversized: bytes => failOversized(http, sink, bytes),
        commitId: id => void (variant.cursor = id || undefined),
        event(data, meta) {
          sink.message(data, meta)
          http.check()
        },
        retry: delay => sink.retryFloor(Math.min(Math.max(delay, MIN_RETRY_FLOOR), MAX_RETRY_FLOOR)),
      })
      let bytes
      while ((bytes = await http.read())) {
        sink.alive()
        take(bytes)
      }
      http.fail(isRepeatable(init.method) ? { kind: 'ended' } : { kind: 'ended', isSpent: true })
    },
  }
  return createHttpTransport(environment, variant)
}

/** Whether a request may be sent again automatically after it got a response. */
function isRepeatable(method = 'GET'): boolean {
  return ['GET', 'HEAD'].includes(method.toUpperCase())
}

/** The standard sends an id as UTF-8, but `fetch` takes one byte per character in a header. */
function toByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), byte => String.fromCharCode(byte)).join('')
}
