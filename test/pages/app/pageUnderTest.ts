import type { Tally } from './Streams.tsx'
import type { RealtimeEvent, RealtimeOptions } from 'react-query-realtime'

/** One use of a hook on the page; plain data, as it comes from the test. */
export interface Use {
  transport: 'socket' | 'events' | 'longPoll' | 'poll'
  url: string
  /** Resumes where it was cut off, as the demo server supports it. */
  resumes?: boolean
  options?: object
}

/** What the page shows. */
export interface Show {
  provider?: RealtimeOptions
  uses: readonly Use[]
  /** Shares connections with the other tabs of this user. */
  scope?: string
  /** Which worker is created. Default `'module'`, the real one. */
  worker?: 'module' | 'faulty' | 'other version' | 'missing' | 'limited' | 'silent' | 'elsewhere'
  /** Numbered streams by their URLs, of which only counts are kept. */
  streams?: readonly string[]
}

/** What the page reports about itself, for the test to read. */
export interface PageUnderTest {
  show(show: Show): void
  tallies?: () => { heard: Tally; written: Tally }[]
  statuses: Record<string, string>
  notes: Record<string, unknown[]>
  events: RealtimeEvent[]
  /** What came from the page's own life: `pageshow` and its like. */
  lifecycle: string[]
}

declare global {
  interface Window {
    page: PageUnderTest
  }
}
