import type { dataTagSymbol, QueryKey } from '@tanstack/react-query'

/**
 * The data of a query: the type that its key is tagged with (`queryOptions().queryKey`, `messageKey()`), else
 * `Data`.
 */
export type DataOfKey<Key, Data = unknown> = Key extends { readonly [dataTagSymbol]: infer Tagged }
  ? Tagged
  : Data

/**
 * What a handler may do to the query cache. Calls are collected and written together, in order, right after
 * the message or with the next frame.
 */
export interface CacheWriter {
  /**
   * Sets a query's data to a value, or to the result of a function of it. Functions must be pure; returning
   * `undefined` changes nothing.
   */
  setQueryData<Data = unknown, Key extends QueryKey = QueryKey>(
    key: Key,
    update:
      ((data: DataOfKey<Key, Data> | undefined) => DataOfKey<Key, Data> | undefined) | DataOfKey<Key, Data>,
  ): void
  /** Marks the queries whose key begins with this one as stale, and refetches those on screen. */
  invalidateQueries(key: QueryKey): void
}
