import type { ReactNode } from 'react'
import { RealtimeProvider, shareConnections, type RealtimeEvent } from 'react-query-realtime'
import { shown } from '../page/shown.ts'
import { startReactPage } from '../page/startReactPage.tsx'
import { realtimeComponents } from './realtimeComponents.tsx'

const sharing = shareConnections(
  () =>
    new SharedWorker(new URL('./realtimeWorker.ts', import.meta.url), { type: 'module', name: 'realtime' }),
)
const share = { worker: sharing, scope: 'bench' }

function onEvent(event: RealtimeEvent) {
  if (event.kind === 'sharing' && !event.isActive) shown.failure = 'The connection is not shared.'
}

function SharingProvider({ children }: { children: ReactNode }) {
  return (
    <RealtimeProvider share={share} onEvent={onEvent}>
      {children}
    </RealtimeProvider>
  )
}

startReactPage(realtimeComponents(SharingProvider))
