import type { Demo } from '../parts/demo.ts'

/** The symbol that all four transports follow. */
export const SYMBOL = 'BTC'

/** The four transports, in the order of their cards and lines. */
export const WAYS = [
  { name: 'polling', title: 'Polling', hook: 'usePolling' },
  { name: 'longPoll', title: 'Long polling', hook: 'useLongPoll' },
  { name: 'serverEvents', title: 'Server-Sent Events', hook: 'useServerEvents' },
  { name: 'socket', title: 'WebSocket', hook: 'useSocket' },
] as const

export type WayName = (typeof WAYS)[number]['name']

/** Props of each transport. */
export interface WayProps {
  /** This transport's client in the channel. */
  readonly demo: Demo
  /** Call when a price created at `at` (ms since 1970) arrives. */
  readonly arrived: (at: number) => void
  /** Polling interval (ms). */
  readonly interval: number
}
