import { createHttpTransport, failOversized, type HttpVariant } from './httpTransport.ts'
import type { Transport, TransportEnvironment } from './transport.ts'
import { createParser } from 'eventsource-parser'
import { byteLength, isLargerThan } from './envelope.ts'

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

/**
 * Receives the parts of an event stream in order. An event's id is committed right before the event. If a
 * handler throws, reading ends.
 */
interface EventStreamHandlers {
  commitId: (id: string) => void
  event: (data: string, meta: { type: string; id: string | undefined }) => void
  retry: (delay: number) => void
  /** Called for an event of more than `maxBytes`; must throw. */
  oversized: (bytes: number) => void
}

/** `data: ` */
const LONGEST_PREFIX = 6

/**
 * Reads an event stream as the HTML standard says ("Interpreting an event stream"), however its bytes are
 * split. Two things are done here because the parser does not do them. It waits after a trailing CR for an LF
 * that may never come, so lines are ended here. It does not report a block with an id but no data, so ids are
 * committed here.
 */
export function createEventStreamReader(maxBytes: number, handlers: EventStreamHandlers) {
  // The byte order mark is removed here: Node 24 removes a second one, too, if the first is split between chunks.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let isStart = true
  let endedWithCr = false
  let unfinishedLine = ''
  let id: string | undefined
  const parser = createParser({
    maxBufferSize: maxBytes,
    onEvent({ data, event: type = 'message' }) {
      if (isLargerThan(data, maxBytes)) handlers.oversized(byteLength(data))
      else handlers.event(data, { type, id })
    },
    onRetry: handlers.retry,
    onError({ type }) {
      if (type === 'max-buffer-size-exceeded') handlers.oversized(maxBytes + 1)
    },
  })
  // The parser would take the characters U+00EF U+00BB U+00BF at the very start for a byte order mark; they
  // are not.
  parser.feed('\n')

  function takeLine(line: string) {
    const idLine = /^id(?:: ?([^\0]*))?$/.exec(line)
    if (idLine) id = idLine[1] ?? ''
    if (!line && id !== undefined) handlers.commitId(id)
    parser.feed(`${line}\n`)
    if (!line) id = undefined
  }

  return (bytes: Uint8Array): void => {
    const decoded = decoder.decode(bytes, { stream: true })
    if (!decoded) return
    const text = isStart ? decoded.replace(/^\uFEFF/, '') : decoded
    isStart = false
    const [first, ...others] = text.slice(endedWithCr && text.startsWith('\n') ? 1 : 0).split(/\r\n?|\n/)
    endedWithCr = text.endsWith('\r')
    const lines = [`${unfinishedLine}${first ?? ''}`, ...others]
    unfinishedLine = lines.pop() ?? ''
    for (const line of lines) takeLine(line)
    if (unfinishedLine.length > maxBytes + LONGEST_PREFIX) handlers.oversized(unfinishedLine.length)
  }
}
