import { renderReact } from '../page/renderReact.tsx'
import { startPage } from '../page/startPage.ts'
import { storeComponents } from './storeComponents.tsx'
import { useOwnSocket } from './useOwnSocket.ts'

// A WebSocket by hand, a Map, and `useSyncExternalStore`.
startPage(renderReact(storeComponents(useOwnSocket)))
