import type { QueryKey } from '@tanstack/react-query'

/**
 * What a handler may do to the query cache. Its calls are gathered and written together, in order, right after the
 * message or with the next frame.
 */
export interface CacheWriter {
  /** Sets a query's data to a value, or to what a function makes of it. Functions must be pure; `undefined` changes nothing. */
  setQueryData<Data = unknown>(
    key: QueryKey,
    update: ((data: Data | undefined) => Data | undefined) | Data,
  ): void
  /** Marks as stale, and refetches where they are on screen, the queries whose key begins with this one. */
  invalidateQueries(key: QueryKey): void
}
