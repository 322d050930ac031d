import type { Demo } from '../parts/demo.ts'

/** The one symbol that all four ways follow. */
export const SYMBOL = 'BTC'

/** The four ways, in the order of their cards and lines. */
export const WAYS = [
  { name: 'polling', title: 'Polling', hook: 'usePolling' },
  { name: 'longPoll', title: 'Long polling', hook: 'useLongPoll' },
  { name: 'serverEvents', title: 'Server-Sent Events', hook: 'useServerEvents' },
  { name: 'socket', title: 'WebSocket', hook: 'useSocket' },
] as const

export type WayName = (typeof WAYS)[number]['name']

/** What a way is told. */
export interface WayProps {
  /** The channel, and this way's own client in it. */
  readonly demo: Demo
  /** A price made at `at` (ms since 1970) is here. */
  readonly arrived: (at: number) => void
  /** The time between two polls (ms). */
  readonly interval: number
}
