'use client'
import { useContext } from 'react'
import { clientOf, type RealtimeClient } from '../providers/RealtimeClient.ts'
import { RealtimeContext, refuseMissingProvider } from '../providers/RealtimeContext.ts'

/**
 * The client of the nearest provider, for event handlers and effects. It is always the same object and never causes a
 * re-render.
 *
 * ```tsx
 * const { request } = useRealtimeClient()
 * const buy = () => request(market, { type: 'order.place', params: { symbol: 'BTC' } })
 * ```
 *
 * @throws ConfigurationError without a `RealtimeProvider` above.
 */
export function useRealtimeClient(): RealtimeClient {
  return clientOf(useContext(RealtimeContext) ?? refuseMissingProvider())
}
