import { createAsyncStoragePersister } from '@tanstack/query-async-storage-persister'
import { QueryClient } from '@tanstack/react-query'
import { PersistQueryClientProvider } from '@tanstack/react-query-persist-client'
import type { ReactNode } from 'react'
import { RealtimeProvider } from 'react-query-realtime'

const DAY = 24 * 60 * 60_000

export const createQueryClient = () =>
  // A query that is collected earlier is missing in what is saved next.
  new QueryClient({ defaultOptions: { queries: { gcTime: DAY } } })

const persister = createAsyncStoragePersister({ storage: window.localStorage })

export function Providers({ client, children }: { client: QueryClient; children: ReactNode }) {
  return (
    <PersistQueryClientProvider client={client} persistOptions={{ persister, maxAge: DAY }}>
      <RealtimeProvider>{children}</RealtimeProvider>
    </PersistQueryClientProvider>
  )
}
