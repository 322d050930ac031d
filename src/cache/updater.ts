import type { ConnectionEvent } from '../core/events.ts'

/**
 * A pure change of cached data. `flush` identifies the running flush: what it has copied already is not
 * copied again.
 */
export interface Updater<Data, Given = Data> {
  (data: Given | undefined, flush?: object): Data | undefined
  /** It keeps the identity of what it does not change, so there is no need to compare old and new data. */
  readonly sharesStructure?: true
  /** Applying it twice gives the same result as applying it once. */
  readonly isIdempotent?: boolean
  /** It stands for a value: its result is complete, even for missing data. */
  readonly isReplacement?: true
}

/** How a message changes the data of one query: by an updater, or by a value that replaces the data. */
export interface Change {
  updater: Updater<unknown> | undefined
  value: unknown
  /** The message's type, for the report of an updater that throws. */
  type: string
  hasFailed: boolean
  /** Its query is subscribed. It has no other data than its messages, and a fetch that is running waits for this one. */
  isSubscribed: boolean
  report(event: ConnectionEvent): void
}
