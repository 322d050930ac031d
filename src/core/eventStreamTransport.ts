import { createHttpTransport, failOversized, type HttpVariant } from './httpTransport.ts'
import type { Transport, TransportEnvironment } from './transport.ts'
import { isLargerThan } from './envelope.ts'

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
      await http.request(request)
      http.opened()
      const take = createEventStreamReader(environment.maxMessageBytes, {
        oversized: () => failOversized(http, sink),
        commitId: id => void (variant.cursor = id || undefined),
        event(data, meta) {
          sink.onMessage(data, meta)
          http.check()
        },
        retry: delay => sink.onRetryFloor(Math.min(Math.max(delay, MIN_RETRY_FLOOR), MAX_RETRY_FLOOR)),
      })
      let bytes
      while ((bytes = await http.read())) {
        sink.onActivity()
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

/**
 * Receives the parts of an event stream in order. An event's id is committed right before the event. If a
 * handler throws, reading ends.
 */
interface EventStreamHandlers {
  commitId: (id: string) => void
  event: (data: string, meta: { type: string; id: string | undefined }) => void
  retry: (delay: number) => void
  /** Called for an event of more than `maxBytes`; must throw. */
  oversized: () => void
}

/** `data: ` */
const LONGEST_PREFIX = 6

/** Reads an event stream as in the HTML standard ("Interpreting an event stream"), however its bytes are split. */
export function createEventStreamReader(maxBytes: number, handlers: EventStreamHandlers) {
  // The byte order mark is removed here: Node 24 removes a second one, too, if the first is split between chunks.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let isStart = true
  let endedWithCr = false
  let unfinishedLine = ''
  let data: string | undefined
  let type = ''
  let id: string | undefined

  function readLine(line: string) {
    if (!line) return endBlock()
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (name === 'data') data = data === undefined ? value : `${data}\n${value}`
    else if (name === 'event') type = value
    else if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'retry' && /^\d+$/.test(value)) handlers.retry(Number(value))
    if (data && data.length > maxBytes) handlers.oversized()
  }

  /** A block without data is no event, but its id counts. */
  function endBlock() {
    if (id !== undefined) handlers.commitId(id)
    if (data !== undefined) {
      if (isLargerThan(data, maxBytes)) handlers.oversized()
      handlers.event(data, { type: type || 'message', id })
    }
    data = id = undefined
    type = ''
  }

  return (bytes: Uint8Array): void => {
    const decoded = decoder.decode(bytes, { stream: true })
    if (!decoded) return
    const text = isStart ? decoded.replace(/^\uFEFF/, '') : decoded
    isStart = false
    // A CR ends its line at once, because an LF after it may never come.
    const [first, ...others] = text.slice(endedWithCr && text.startsWith('\n') ? 1 : 0).split(/\r\n?|\n/)
    endedWithCr = text.endsWith('\r')
    const lines = [`${unfinishedLine}${first ?? ''}`, ...others]
    unfinishedLine = lines.pop() ?? ''
    for (const line of lines) readLine(line)
    if (unfinishedLine.length > maxBytes + LONGEST_PREFIX) handlers.oversized()
  }
}
