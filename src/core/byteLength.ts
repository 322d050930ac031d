import type { SocketData } from './transport.ts'

/** Whether data is larger than `limit` bytes (as UTF-8 where it is text). Cheap for all but texts near the limit. */
export function isLargerThan(data: SocketData, limit: number): boolean {
  if (typeof data !== 'string') return byteLength(data) > limit
  if (data.length > limit) return true
  return data.length * 3 > limit && byteLength(data) > limit
}

/** The size of data in bytes, as UTF-8 where it is text. */
export function byteLength(data: SocketData): number {
  if (typeof data === 'string') return new TextEncoder().encode(data).byteLength
  return 'size' in data ? data.size : data.byteLength
}
