import { createParser } from 'eventsource-parser'
import { byteLength, isLargerThan } from './byteLength.ts'

/**
 * What is found in an event stream, in its order; an event's id is committed right before the event. What a handler
 * throws ends the reading.
 */
export interface EventStreamHandlers {
  commitId: (id: string) => void
  event: (data: string, meta: { type: string; id: string | undefined }) => void
  retry: (delay: number) => void
  /** An event of more than `maxBytes`; must throw. */
  oversized: (bytes: number) => void
}

/** `data: ` */
const LONGEST_PREFIX = 6

/**
 * Reads an event stream by the HTML standard ("Interpreting an event stream"), however its bytes are split.
 * Two things the parser leaves open are done here. Lines are ended here, as it waits at a trailing CR for the LF that
 * may never come. And ids are committed here, as it says nothing of a block that has an id but no data.
 */
export function createEventStreamReader(maxBytes: number, handlers: EventStreamHandlers) {
  const decoder = new TextDecoder()
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
  // It takes the characters U+00EF U+00BB U+00BF at its very start for a byte order mark; they are not.
  parser.feed('\n')

  function takeLine(line: string) {
    const idLine = /^id(?:: ?([^\0]*))?$/.exec(line)
    if (idLine) id = idLine[1] ?? ''
    if (!line && id !== undefined) handlers.commitId(id)
    parser.feed(`${line}\n`)
    if (!line) id = undefined
  }

  return (bytes: Uint8Array): void => {
    const text = decoder.decode(bytes, { stream: true })
    if (!text) return
    const [first, ...others] = text.slice(endedWithCr && text.startsWith('\n') ? 1 : 0).split(/\r\n?|\n/)
    endedWithCr = text.endsWith('\r')
    const lines = [`${unfinishedLine}${first ?? ''}`, ...others]
    unfinishedLine = lines.pop() ?? ''
    for (const line of lines) takeLine(line)
    if (unfinishedLine.length > maxBytes + LONGEST_PREFIX) handlers.oversized(unfinishedLine.length)
  }
}
