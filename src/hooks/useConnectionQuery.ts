'use client'
import {
  type Query,
  type QueryKey,
  skipToken,
  type SkipToken,
  useQuery,
  useQueryClient,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useEffect } from 'react'
import { type ConnectionFetch, connectionQuery } from '../providers/connectionQuery.ts'
import type { ConnectionOptions } from '../providers/options.ts'
import { definitionOf, type TwoWayOptions } from '../providers/twoWayOptions.ts'
import type { WantedConnection } from '../providers/wantedConnection.ts'
import { useConnection } from './useConnection.ts'
import { useMessageKey } from './useMessage.ts'

/** The key of a message, and any option of `useQuery`. */
export interface KeyedOptions extends Omit<UseQueryOptions, 'queryKey' | 'queryFn'> {
  type: string
  params?: unknown
}

/** A query of a message's key, and the connection that keeps it live. */
export interface ConnectionQuery {
  query: UseQueryResult
  wanted: WantedConnection
  queryKey: QueryKey
  isEnabled: boolean
}

/** A query that is fetched over a connection and kept live by its messages. */
export function useConnectionQuery(
  given: TwoWayOptions | SkipToken,
  { type, params, ...options }: KeyedOptions,
  how: ConnectionFetch,
): ConnectionQuery {
  const client = useQueryClient()
  const isSkipped = given === skipToken || given.enabled === false || params === skipToken
  const queryKey = useMessageKey(type, params)
  const { queryHash } = client.defaultQueryOptions({ queryKey })
  const isEnabled = !isSkipped && isWanted(options.enabled, client.getQueryCache().get(queryHash))
  const { wanted } = useConnection(definitionOf(given), given as ConnectionOptions | SkipToken, {
    isWanted: isEnabled,
  })
  const plan = { queryKey, access: wanted, how, isSkipped }
  const { hasStaleTime, ...decided } = connectionQuery(client, plan, options)
  // Before `useQuery`, because effects run in this order: the connection must know its reader when the query
  // decides whether to fetch.
  useEffect(() => {
    if (isEnabled) return wanted.find()?.liveQueries.addReader(queryKey, hasStaleTime)
  }, [wanted, queryKey, isEnabled, hasStaleTime])
  const query = useQuery({ ...options, ...decided })
  return { query, wanted, queryKey, isEnabled }
}

function isWanted(enabled: unknown, query: Query | undefined): boolean {
  if (typeof enabled !== 'function') return enabled !== false
  return !query || (enabled as (query: Query) => boolean)(query)
}
