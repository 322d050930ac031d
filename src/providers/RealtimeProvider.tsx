'use client'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useInsertionEffect, useState } from 'react'
import { assertOrigins } from '../core/request.ts'
import { assertNumbers } from '../core/validation.ts'
import { RealtimeClient } from './realtimeClient.ts'
import { RealtimeContext } from './RealtimeContext.ts'
import type { RealtimeOptions } from './options.ts'

/** The props of `RealtimeProvider`. */
export interface RealtimeProviderProps extends RealtimeOptions {
  children?: ReactNode
}

/**
 * Owns the connections, the token and the heartbeats of everything below it. Place it inside a
 * `QueryClientProvider`. When another user signs in, change its `key`: this closes everything of the previous
 * user.
 *
 * ```tsx
 * <QueryClientProvider client={queryClient}>
 *   <RealtimeProvider baseUrl="https://api.example.com" getToken={() => session.accessToken()} heartbeat>
 *     <App />
 *   </RealtimeProvider>
 * </QueryClientProvider>
 * ```
 */
export function RealtimeProvider({ children, ...options }: RealtimeProviderProps): ReactNode {
  assertNumbers(options)
  assertOrigins('trustedOrigins', options.trustedOrigins)
  assertOrigins('insecureOrigins', options.insecureOrigins)
  const queryClient = useQueryClient()
  const [client] = useState(() => new RealtimeClient(options, queryClient))
  // Runs before the effects of the children, which connect.
  useInsertionEffect(() => client.configure(options, queryClient))
  useEffect(() => client.mount(), [client])
  return <RealtimeContext.Provider value={client}>{children}</RealtimeContext.Provider>
}
