import type { ConnectionEvent } from '../core/events.ts'

/**
 * A pure change of cached data. `flush` identifies the running flush: data that this flush has copied is not
 * copied again.
 */
export interface Updater<Data, Given = Data> {
  (data: Given | undefined, flush?: object): Data | undefined
  /** Keeps the identity of unchanged parts, so old and new data need no comparison. */
  readonly sharesStructure?: true
  /** Applying it twice gives the same result as applying it once. */
  readonly isIdempotent?: boolean
  /** Stands for a value: the result is complete, even for missing data. */
  readonly isReplacement?: true
}

/** How a message changes the data of one query: by an updater, or by a value that replaces the data. */
export interface Change {
  updater: Updater<unknown> | undefined
  value: unknown
  /** The message's type, for the report of an updater that throws. */
  type: string
  hasFailed: boolean
  /** The query is subscribed. Messages are its only data, and a running fetch waits for this one. */
  isSubscribed: boolean
  report(event: ConnectionEvent): void
}
