import type { Framing } from '../core/portMessages.ts'

/** A block that is longer than this is passed on in parts (bytes). */
const MAX_BLOCK = 1_048_576

const LF = 10
const CR = 13
const COLON = 58

/**
 * Splits a body where a page may join it: an event stream between its events and after its comments, lines after each. Returns
 * a function that takes the next bytes and returns all complete blocks. Called without bytes, it returns the rest.
 */
export function createBlockSplitter(framing: Framing): (bytes?: Uint8Array) => Uint8Array | undefined {
  let pending = new Uint8Array()
  const findEnd = framing === 'events' ? createEventEnds() : (bytes: Uint8Array) => bytes.lastIndexOf(LF) + 1
  if (framing === 'none') return bytes => bytes
  return bytes => {
    if (!bytes) return pending.length > 0 ? pending : undefined
    const end = findEnd(bytes)
    const isTooLarge = pending.length + bytes.length - end > MAX_BLOCK
    const cut = isTooLarge ? bytes.length : end
    if (cut === 0) {
      pending = join(pending, bytes)
      return undefined
    }
    const complete = join(pending, bytes.subarray(0, cut))
    pending = bytes.slice(cut)
    return complete
  }
}

/** Finds where the last complete block ends in the next bytes of an event stream; 0 if none ends there. */
function createEventEnds(): (bytes: Uint8Array) => number {
  let isLineStart = true
  let isComment = false
  let hasFields = false
  let endedWithCr = false
  return bytes => {
    let end = 0
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index]
      if (byte === LF && endedWithCr) {
        endedWithCr = false
        // The LF of a CRLF: the CR has already ended the line.
        if (isLineStart && !hasFields) end = index + 1
        continue
      }
      endedWithCr = byte === CR
      if (byte !== LF && byte !== CR) {
        if (isLineStart) isComment = byte === COLON
        isLineStart = false
        continue
      }
      if (isLineStart) hasFields = false
      else if (!isComment) hasFields = true
      isLineStart = true
      if (!hasFields) end = index + 1
    }
    return end
  }
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length)
  whole.set(first)
  whole.set(second, first.length)
  return whole
}
