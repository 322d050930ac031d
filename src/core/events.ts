import type { RealtimeError } from './errors.ts'
import type { TokenReason } from './connectionState.ts'
import type { Status } from './snapshot.ts'

/** How updates travel. Polls are queries, not connections: no event and no entry of `connections` has 'polling'. */
export type TransportName = 'polling' | 'longPoll' | 'serverEvents' | 'socket'

/**
 * Why updates may have been missed: it was reopened with nothing to resume by (`reconnect`), the server did not resume
 * (`refused`), a number was skipped (`sequence`), the log began anew (`epoch`), the server dropped the cursor (`cursor-lost`).
 */
export type GapCause = 'reconnect' | 'refused' | 'sequence' | 'epoch' | 'cursor-lost'

/**
 * Why a message was dropped: `parse` threw (`unreadable`) or gave a promise (`promise`), it is larger than
 * `maxMessageBytes` (`too-large`), or its schema refused it or did not settle in time (`invalid`).
 */
export type BadMessageReason = 'unreadable' | 'promise' | 'too-large' | 'invalid'

/** What a connection tells of itself. No event holds a token, a query string or a message's content. */
export type ConnectionEvent =
  | { kind: 'status'; status: Status; error: RealtimeError | null }
  /** `delay` in ms. */
  | { kind: 'retry'; retryCount: number; delay: number; error: RealtimeError | null }
  | { kind: 'gap'; cause: GapCause; keys: readonly (readonly unknown[])[] }
  /** A token is asked for. */
  | { kind: 'token'; reason: TokenReason }
  | { kind: 'bad-message'; reason: BadMessageReason; type?: string }
  /** `hasError`: it came with an `error`, replied to no request, and there is no `on.error`. */
  | { kind: 'unknown-type'; type: string; hasError?: true }
  | { kind: 'handler-error'; type: string; error: unknown }
  | { kind: 'queue-overflow' }
  /** Messages had created more queries than `maxQueries`; `count` that had no reader were dropped. */
  | { kind: 'queries-dropped'; count: number }

/** A connection's event with the connection it is about; `url` is without query. */
export type RealtimeEvent = ConnectionEvent & {
  connection: { id: string; transport: TransportName; url: string }
}
