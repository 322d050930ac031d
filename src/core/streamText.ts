/** Decodes the parts of a UTF-8 stream, however its bytes are split, without a byte order mark at its start. */
export function createStreamText(): (bytes?: Uint8Array) => string {
  // The byte order mark is removed here: Node 24 removes a second one, too, if the first is split between chunks.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let isStart = true
  // Without `bytes`, the stream has ended, maybe inside a character.
  return bytes => {
    const text = bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
    if (!isStart || !text) return text
    isStart = false
    return text.replace(/^\uFEFF/, '')
  }
}
