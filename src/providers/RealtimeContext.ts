'use client'
import { createContext, useContext } from 'react'
import { withAdvice } from '../core/advice.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { RealtimeClient } from './realtimeClient.ts'

export const RealtimeContext = createContext<RealtimeClient | null>(null)

/** The client of the nearest provider. Throws a `ConfigurationError` if there is none. */
export function useRealtimeClient(): RealtimeClient {
  const client = useContext(RealtimeContext)
  if (client) return client
  throw new ConfigurationError(withAdvice('There is no <RealtimeProvider>.', 'provider'))
}
