import { withAdvice } from './advice.ts'
import {
  ANYTHING_BUT_HTML,
  createHttpTransport,
  failOversized,
  type HttpAttempt,
  type HttpVariant,
} from './httpTransport.ts'
import { isLargerThan, type ResponseMeta } from './envelope.ts'
import { createLineReader } from './lineReader.ts'
import { type Failure, impossible } from './failure.ts'
import { attach } from './request.ts'
import { createStreamText } from './streamText.ts'
import type {
  FetchLike,
  Transport,
  TransportEnvironment,
  TransportRequest,
  TransportSink,
} from './transport.ts'

/** Adds the id of the last event to a request. */
type AttachEventId = (request: TransportRequest, lastEventId: string) => TransportRequest

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
  /** Default: in the header `Last-Event-ID`. */
  attachCursor?: AttachEventId
  /** Default `'events'`. `'lines'`: one message a line, without ids. */
  framing?: 'events' | 'lines'
}

/**
 * The range of `retry:` values that is obeyed (ms). Less would be a hot loop; more would leave the page
 * without updates.
 */
const MIN_RETRY_FLOOR = 250
const MAX_RETRY_FLOOR = 300_000

/** Server-Sent Events over `fetch`, as in the HTML standard, or lines. The cursor is the last event id. */
export function createEventStreamTransport(
  environment: TransportEnvironment,
  { lastEventId, attachCursor = inLastEventId, framing, ...init }: EventStreamOptions = {},
): Transport {
  const isLines = framing === 'lines'
  const variant: HttpVariant<string> = {
    cursor: isLines ? undefined : lastEventId || undefined,
    attachCursor(request) {
      if (isLines) return request
      const accepting = { ...request, headers: { ...request.headers, Accept: 'text/event-stream' } }
      const { cursor } = variant
      return cursor ? attach('attachCursor', () => attachCursor(accepting, cursor)) : accepting
    },
    init,
    statuses: [200],
    isRepeatable: isRepeatable(init.method),
    contentType: isLines ? ANYTHING_BUT_HTML : /^text\/event-stream\s*(;|$)/i,
    async run(http, request, sink) {
      if (respondsAtEnd(environment.fetch())) return http.fail(noStream())
      const { status, headers, body } = await http.request(request)
      if (body === undefined) return http.fail(noStream())
      http.opened()
      const parts = { http, sink, response: { status, headers }, maxBytes: environment.maxMessageBytes }
      const take = isLines ? takeLines(parts) : takeEvents(parts, variant)
      let bytes
      while ((bytes = await http.read())) {
        sink.onActivity()
        take(bytes)
      }
      take()
      http.fail({ kind: 'ended' })
    },
  }
  return createHttpTransport(environment, variant)
}

/** What the bytes of one response go through. */
interface StreamParts {
  http: HttpAttempt
  sink: TransportSink
  response: ResponseMeta
  maxBytes: number
}

/** Takes the parts of the body, and nothing once it has ended. */
type TakeBytes = (bytes?: Uint8Array) => void

function takeEvents(
  { http, sink, response, maxBytes }: StreamParts,
  variant: HttpVariant<string>,
): TakeBytes {
  const take = createEventStreamReader(maxBytes, {
    oversized: () => failOversized(http, sink),
    commitId: id => void (variant.cursor = id || undefined),
    event(data, meta) {
      sink.onMessage(data, { ...meta, ...response })
      http.check()
    },
    retry: delay => sink.onRetryFloor(Math.min(Math.max(delay, MIN_RETRY_FLOOR), MAX_RETRY_FLOOR)),
  })
  // The standard discards an event that the stream's end has cut off.
  return bytes => bytes && take(bytes)
}

function takeLines({ http, sink, response, maxBytes }: StreamParts): TakeBytes {
  return createLineReader(maxBytes, {
    oversized: () => failOversized(http, sink),
    line(text) {
      sink.onMessage(text, response)
      http.check()
    },
  })
}

/** Whether this is React Native's `fetch` or another one built on `XMLHttpRequest`. Such a `fetch` marks itself as a polyfill. */
function respondsAtEnd(fetch: FetchLike & { polyfill?: boolean }): boolean {
  return fetch.polyfill === true
}

function noStream(): Failure {
  return impossible(withAdvice('This "fetch" does not stream responses.', 'stream'))
}

/** Whether a request may be sent again automatically after it got a response. */
export function isRepeatable(method = 'GET'): boolean {
  return ['GET', 'HEAD'].includes(method.toUpperCase())
}

/** The standard sends an id as UTF-8, but `fetch` takes one byte per character in a header. */
const inLastEventId: AttachEventId = (request, id) => {
  const bytes = Array.from(new TextEncoder().encode(id), byte => String.fromCharCode(byte))
  return { ...request, headers: { ...request.headers, 'Last-Event-ID': bytes.join('') } }
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
  const decode = createStreamText()
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
    const text = decode(bytes)
    if (!text) return
    // A CR ends its line at once, because an LF after it may never come.
    const [first, ...others] = text.slice(endedWithCr && text.startsWith('\n') ? 1 : 0).split(/\r\n?|\n/)
    endedWithCr = text.endsWith('\r')
    const lines = [`${unfinishedLine}${first ?? ''}`, ...others]
    unfinishedLine = lines.pop() ?? ''
    for (const line of lines) readLine(line)
    if (unfinishedLine.length > maxBytes + LONGEST_PREFIX) handlers.oversized()
  }
}
