import type { SocketData } from './transport.ts'

/** Whether data is larger than `limit` bytes (UTF-8 for text). Cheap unless the text is near the limit. */
export function isLargerThan(data: SocketData, limit: number): boolean {
  if (typeof data !== 'string') return byteLength(data) > limit
  if (data.length > limit) return true
  return data.length * 3 > limit && byteLength(data) > limit
}

/** The size of data in bytes (UTF-8 for text). */
export function byteLength(data: SocketData): number {
  if (typeof data === 'string') return utf8Length(data)
  return 'size' in data ? data.size : data.byteLength
}

/** Counts by hand, because older versions of React Native have no `TextEncoder`. A lone surrogate counts as U+FFFD. */
function utf8Length(text: string): number {
  let size = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.codePointAt(index) ?? 0
    if (code > 0xffff) index++
    size += code < 0x80 ? 1 : code < 0x800 ? 2 : code > 0xffff ? 4 : 3
  }
  return size
}
