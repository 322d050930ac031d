import { RealtimeProvider } from 'react-query-realtime'
import { startReactPage } from '../page/startReactPage.tsx'
import { realtimeComponents } from './realtimeComponents.tsx'

startReactPage(realtimeComponents(RealtimeProvider))
