import type { RealtimeError } from './errors.ts'
import type { Status } from './machine.ts'
import type { TokenReason } from './tokens.ts'

/** How updates travel. Polls are queries, not connections: no event and no entry of `connections` has 'polling'. */
export type TransportName = 'polling' | 'longPoll' | 'serverEvents' | 'socket' | 'source'

/**
 * Why updates may have been missed: the connection reopened without a position to resume from (`reconnect`),
 * the server did not resume (`refused`), a sequence number was skipped (`sequence`), the log started over
 * (`epoch`), the server dropped the cursor (`cursor-lost`), or the connection was silent for longer than the
 * server keeps messages, or an expected message did not arrive (`forgotten`).
 */
export type GapCause = 'reconnect' | 'refused' | 'sequence' | 'epoch' | 'cursor-lost' | 'forgotten'

/**
 * Why a message was dropped: `parse` threw (`unreadable`) or returned a promise (`promise`), the message is
 * larger than `maxMessageBytes` (`too-large`), or its schema rejected it or did not settle in time
 * (`invalid`).
 */
export type BadMessageReason = 'unreadable' | 'promise' | 'too-large' | 'invalid'

/**
 * Why a page does not share its connections: the browser has no shared workers or locks (`unsupported`), the worker could not
 * be created (`blocked`) or loaded (`not-loaded`), it did not start in time (`no-hello`), it runs another version of this
 * package (`version`), the Content Security Policy of its script forbids a connection (`connect-src`), or it hangs (`hanging`).
 */
export type SharingReason =
  'unsupported' | 'blocked' | 'not-loaded' | 'no-hello' | 'version' | 'connect-src' | 'hanging'

/** What a connection reports. No event contains a token, a query string or the content of a message. */
export type ConnectionEvent =
  | { kind: 'status'; status: Status; error: RealtimeError | null }
  /** `delay` in ms. */
  | { kind: 'retry'; retryCount: number; delay: number; error: RealtimeError | null }
  | { kind: 'gap'; cause: GapCause; keys: readonly (readonly unknown[])[] }
  /** A token is being requested. */
  | { kind: 'token'; reason: TokenReason }
  | { kind: 'bad-message'; reason: BadMessageReason; type?: string }
  /** `hasError`: it came with an `error` that belongs to no request, and there is no `on.error`. */
  | { kind: 'unknown-type'; type: string; hasError?: true }
  | { kind: 'handler-error'; type: string; error: unknown; key?: readonly unknown[] }
  | { kind: 'queue-overflow' }
  /** Messages had created more queries than `maxQueries`; `count` queries without an observer were dropped. */
  | { kind: 'queries-dropped'; count: number }
  /** Refetches of stale data keep returning older data, by its `version` or `position`, so the cached data stays. */
  | { kind: 'outdated-response'; key: readonly unknown[] }
  /** Whether the connection is shared with the other tabs. If not, `reason` says why. */
  | { kind: 'sharing'; isActive: boolean; reason: SharingReason | undefined }

/** An event with the connection that it is about. `url` has no query string. */
export type RealtimeEvent = ConnectionEvent & {
  connection: { id: string; transport: TransportName; url: string }
}
