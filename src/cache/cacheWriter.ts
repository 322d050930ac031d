import type { QueryKey } from '@tanstack/react-query'

/**
 * What a handler may do to the query cache. Calls are collected and written together, in order, right after
 * the message or with the next frame.
 */
export interface CacheWriter {
  /**
   * Sets a query's data to a value, or to the result of a function of it. Functions must be pure; returning
   * `undefined` changes nothing.
   */
  setQueryData<Data = unknown>(
    key: QueryKey,
    update: ((data: Data | undefined) => Data | undefined) | Data,
  ): void
  /** Marks the queries whose key begins with this one as stale, and refetches those on screen. */
  invalidateQueries(key: QueryKey): void
}
