'use client'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useInsertionEffect, useState } from 'react'
import { withAdvice } from '../core/advice.ts'
import { ConfigurationError } from '../core/errors.ts'
import { definedOnly } from '../core/validation.ts'
import { assertOptions, ClientCore, coreOf } from './clientCore.ts'
import { RealtimeContext } from './RealtimeContext.ts'
import type { RealtimeClient } from './RealtimeClient.ts'
import type { RealtimeOptions } from './options.ts'

/** The props of `RealtimeProvider`: options, or a `client` with its own options. */
export type RealtimeProviderProps = { children?: ReactNode } & (
  | (RealtimeOptions & { client?: undefined })
  | ({
      /** A client that you created. It stays usable after the provider unmounts. */
      client: RealtimeClient
    } & { readonly [Name in keyof RealtimeOptions]?: undefined })
)

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
 *
 * With a `client`, components share its connections. Dispose of the client yourself.
 */
export function RealtimeProvider({ children, client, ...options }: RealtimeProviderProps): ReactNode {
  if (client) return <GivenClient {...{ client, options, children }} />
  return <OwnClient options={options}>{children}</OwnClient>
}

interface ClientProps {
  options: RealtimeOptions
  children: ReactNode
}

function OwnClient({ options, children }: ClientProps): ReactNode {
  const queryClient = useQueryClient()
  const [core] = useState(() => new ClientCore(options, queryClient))
  if (options !== core.options) assertOptions(options)
  // Runs before the effects of the children, which connect.
  useInsertionEffect(() => {
    if (options !== core.options || queryClient !== core.queryClient) core.configure(options, queryClient)
  })
  useEffect(() => core.mount(), [core])
  return <RealtimeContext.Provider value={core}>{children}</RealtimeContext.Provider>
}

function GivenClient({ client, options, children }: ClientProps & { client: RealtimeClient }): ReactNode {
  const core = coreOf(client)
  if (core?.queryClient !== useQueryClient())
    throw new ConfigurationError(
      withAdvice('"client" is not a RealtimeClient of this QueryClient.', 'client'),
    )
  if (Object.keys(definedOnly(options)).length > 0)
    throw new ConfigurationError(withAdvice('A "client" has its own options.', 'clientOptions'))
  return <RealtimeContext.Provider value={core}>{children}</RealtimeContext.Provider>
}
