/** Decodes a whole body as UTF-8. Older versions of React Native have no `TextDecoder`. */
export function decodeText(bytes: Uint8Array): string {
  if (typeof TextDecoder === 'function') return new TextDecoder().decode(bytes)
  try {
    const escaped = Array.from(bytes, byte => `%${byte.toString(16).padStart(2, '0')}`)
    return decodeURIComponent(escaped.join('')).replace(/^\uFEFF/, '')
  } catch {
    // Malformed: keep ASCII and replace everything else.
    return Array.from(bytes, byte => (byte < 0x80 ? String.fromCharCode(byte) : '\uFFFD')).join('')
  }
}
