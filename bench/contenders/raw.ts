import { startReactPage } from '../page/startReactPage.tsx'
import { storeComponents } from './storeComponents.tsx'
import { useOwnStream } from './useOwnStream.ts'

// A WebSocket by hand, a Map, and `useSyncExternalStore`.
startReactPage(storeComponents(useOwnStream))
