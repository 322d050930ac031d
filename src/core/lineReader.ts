import { isLargerThan } from './envelope.ts'
import { createStreamText } from './streamText.ts'

/** Receives the lines of a stream in order. If a handler throws, reading ends. */
interface LineHandlers {
  /** Called for each line that is not empty. */
  line: (text: string) => void
  /** Called for a line of more than `maxBytes`; must throw. */
  oversized: () => void
}

/** `\r` */
const LINE_END = 1

/**
 * Reads lines that end with `\n` or `\r\n`, however their bytes are split. Call it without bytes once the stream has ended: the
 * last line needs no line end.
 */
export function createLineReader(maxBytes: number, handlers: LineHandlers): (bytes?: Uint8Array) => void {
  const decode = createStreamText()
  let unfinished = ''

  function readLine(line: string) {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line
    if (isLargerThan(text, maxBytes)) handlers.oversized()
    // An empty line is a sign of life.
    if (/\S/.test(text)) handlers.line(text)
  }

  return bytes => {
    const [first = '', ...others] = decode(bytes).split('\n')
    const lines = [unfinished + first, ...others]
    unfinished = (bytes && lines.pop()) ?? ''
    for (const line of lines) readLine(line)
    if (unfinished.length > maxBytes + LINE_END) handlers.oversized()
  }
}
