import { createEventStreamReader } from './eventStreamReader.ts'
import type { Failure } from './failure.ts'
import { mediaType, oversized, refusal, startHttpAttempt } from './httpAttempt.ts'
import type { HttpAttempt } from './httpAttempt.ts'
import type { Transport, TransportEnvironment, TransportRequest, TransportSink } from './transport.ts'

/** How an event stream is asked for. */
export interface EventStreamOptions {
  /** Default `'GET'`. */
  method?: string
  /** Sent anew at each attempt, so no stream. */
  body?: Exclude<BodyInit, ReadableStream>
  /** Default `'same-origin'`. */
  credentials?: RequestCredentials
  /** Where to start; default: wherever the server starts. */
  lastEventId?: string
}

const EVENT_STREAM = 'text/event-stream'

/** What a server may ask for with `retry:`, in ms: less is a hot loop, more is a dead page. */
const MIN_RETRY_FLOOR = 250
const MAX_RETRY_FLOOR = 300_000

/** Server-Sent Events over `fetch`, by the HTML standard; the cursor is the last event id. */
export function createEventStreamTransport(
  environment: TransportEnvironment,
  { lastEventId = '', ...init }: EventStreamOptions = {},
): Transport {
  async function run(http: HttpAttempt, request: TransportRequest, sink: TransportSink): Promise<Failure> {
    const headers: Record<string, string> = { ...request.headers, Accept: EVENT_STREAM }
    const hadCursor = lastEventId !== ''
    if (hadCursor) headers['Last-Event-ID'] = toByteString(lastEventId)
    const response = await http.ask({ ...request, headers }, init)
    if (response.status !== 200) return refusal(response, environment.clock.now(), hadCursor)
    const contentType = mediaType(response)
    if (contentType !== EVENT_STREAM) return { kind: 'content-type', contentType }
    http.opened()
    const take = createEventStreamReader(environment.maxMessageBytes, {
      isOver: http.isOver,
      oversized: bytes => http.fail(oversized(sink, bytes)),
      commitId: id => void (lastEventId = id),
      event: (data, meta) => sink.message(data, meta),
      retry: delay => sink.retryFloor(Math.min(Math.max(delay, MIN_RETRY_FLOOR), MAX_RETRY_FLOOR)),
    })
    let bytes
    while ((bytes = await http.read())) {
      sink.alive()
      take(bytes)
    }
    return { kind: 'ended' }
  }

  return {
    open: (request, sink) =>
      startHttpAttempt({ environment, sink, resumed: lastEventId !== '' }, http => run(http, request, sink)),
    cursor: () => lastEventId || undefined,
    dropCursor: () => void (lastEventId = ''),
    dispose: () => undefined,
  }
}

/** The standard sends an id as UTF-8, and `fetch` takes a header as one character a byte. */
function toByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), byte => String.fromCharCode(byte)).join('')
}
