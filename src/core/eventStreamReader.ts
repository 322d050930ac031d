import { createParser } from 'eventsource-parser'
import { byteLength, isLargerThan } from './envelope.ts'

/**
 * Receives the parts of an event stream in order. An event's id is committed right before the event. If a
 * handler throws, reading ends.
 */
export interface EventStreamHandlers {
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
