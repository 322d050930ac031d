'use client'
import { hashKey, type QueryKey, skipToken, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { readersOf } from '../cache/readers.ts'
import { messageKey } from '../core/envelope.ts'
import { isEqual } from '../core/hash.ts'

/**
 * The query key of a message, for the hook that reads it. It is the same array as long as it is equal, but a
 * new one after the query was removed from the cache (`clear`, `removeQueries`): TanStack Query leaves an
 * observer without its query until it gets new options. The query itself is restored at once, so that the
 * next message finds it.
 */
export function useMessageKey(type: string, params: unknown): QueryKey {
  const client = useQueryClient()
  const [known, setKnown] = useState(() => ({ type, params, queryKey: keyOf(type, params) }))
  const isKnown = known.type === type && (known.params === params || isEqual(known.params, params))
  const current = isKnown ? known : { type, params, queryKey: keyOf(type, params) }
  if (!isKnown) setKnown(current)
  const { queryKey } = current
  useEffect(() => {
    const cache = client.getQueryCache()
    return readersOf(cache).onRemoved(hashKey(queryKey), () => {
      cache.build(client, { queryKey })
      setKnown(before => (before.queryKey === queryKey ? { ...before, queryKey: [...queryKey] } : before))
    })
  }, [client, queryKey])
  return queryKey
}

/** No message has the key of a skipped query, so that it shows no data of another one. */
function keyOf(type: string, params: unknown): QueryKey {
  return params === skipToken ? [type, null] : messageKey(type, params)
}
