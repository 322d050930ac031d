'use client'
import {
  type QueryClient,
  type QueryKey,
  skipToken,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useContext, useEffect, useMemo } from 'react'
import { assertNumbers, withDefaults } from '../core/validation.ts'
import { RealtimeContext, refuseMissingProvider } from '../providers/RealtimeContext.ts'
import { pollRequest } from './pollRequest.ts'
import { NO_POLLING, type PollingControls, PollUser } from './pollScheduler.ts'
import { pollingKey, type PollingOptions } from './pollingOptions.ts'
import { useTrackedReads } from './trackReads.ts'

/** A query that is polled. `useQueryResult` is the hook of TanStack Query that reads it. */
export function usePolledQuery(
  useQueryResult: (options: never, client: QueryClient) => unknown,
  options: PollingOptions,
  queryClient: QueryClient | undefined,
): UseQueryResult & PollingControls {
  const client = useQueryClient(queryClient)
  const cache = client.getQueryCache()
  const own = useQueryOptions(options, client)
  const { queryHash, interval, whenHidden, stopWhen, backoff } = own
  const enabled = own.subscribed !== false && own.queryFn !== skipToken && own.enabled
  const result = useQueryResult(own as never, client) as UseQueryResult
  // Reading a property also makes TanStack Query track reads. Without any read, it would re-render for every change.
  const { refetch } = result

  const user = useMemo(() => new PollUser(cache, queryHash), [cache, queryHash])
  useEffect(() => {
    const rhythm = { enabled, interval, whenHidden, stopWhen, backoff }
    user.commit(rhythm, refetch)
  }, [user, enabled, interval, whenHidden, stopWhen, backoff, refetch])
  const { pause, resume } = user
  // Neither spread nor copied: reading a property of the query's result subscribes to it.
  const base = Object.assign(Object.create(result) as UseQueryResult, { pause, resume })
  return useTrackedReads(user, NO_POLLING, base)
}

type OwnOptions = PollingOptions & { queryKey: QueryKey; queryHash: string }

/** Pausing while offline, and polling on return, are handled here. */
const POLLED = {
  retry: false,
  networkMode: 'always',
  refetchOnReconnect: false,
  refetchOnWindowFocus: false,
} as const

/** The options for `useQuery`, with the client's defaults. */
function useQueryOptions(options: PollingOptions, client: QueryClient): OwnOptions {
  const context = useContext(RealtimeContext)
  const { url, queryFn, queryKey = pollingKey(url) } = options
  assertNumbers(options)
  const own = client.defaultQueryOptions({
    ...withDefaults(POLLED, options),
    queryKey,
    refetchInterval: false,
  }) as unknown as OwnOptions
  if (url === undefined || queryFn) return own
  const realtime = context ?? refuseMissingProvider()
  own.queryFn = ({ signal }) => {
    const query = client.getQueryCache().get(own.queryHash)
    return pollRequest({ client: realtime, query, signal, options: { ...own, url } })
  }
  return own
}
