import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect } from 'react'
import { RealtimeProvider, shareConnections, type Status, useSocket } from 'react-query-realtime'
import { marketMessages, marketRecovery } from '../parts/market.ts'
import { PriceTable } from '../parts/PriceTable.tsx'
import { createWorkerView } from './createWorkerView.ts'

const queryClient = new QueryClient()
export const workerView = createWorkerView()

const sharing = shareConnections(() =>
  workerView.watch(
    new SharedWorker(new URL('./realtime.worker.ts', import.meta.url), { type: 'module', name: 'realtime' }),
  ),
)

interface TabProps {
  readonly url: string
  /** Names the user. Without one, nothing is shared. */
  readonly user: string | undefined
  readonly onStatus: (status: Status) => void
}

/** A page of the app. All pages of a user have one connection. */
export function Tab({ user, ...feed }: TabProps) {
  return (
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider
        reconnect={{ minDelay: 300, maxDelay: 3_000 }}
        share={user !== undefined && { worker: sharing, scope: user }}
      >
        <Prices {...feed} />
      </RealtimeProvider>
    </QueryClientProvider>
  )
}

function Prices({ url, onStatus }: Omit<TabProps, 'user'>) {
  const { status } = useSocket({ url, messages: marketMessages, recovery: marketRecovery })
  useEffect(() => onStatus(status), [status, onStatus])
  return <PriceTable />
}
