import { useWebSocket } from 'react-use-websocket/dist/lib/use-websocket.js'
import { startReactPage } from '../page/startReactPage.tsx'
import { storeComponents, type UseStream } from './storeComponents.tsx'

const useStream: UseStream = ({ url }, receive) => {
  useWebSocket(url, {
    share: true,
    // Filters everything, so that messages set no state of the hook.
    filter: () => false,
    onMessage: ({ data }: MessageEvent<string>) => receive(data),
    shouldReconnect: () => true,
  })
}

startReactPage(storeComponents(useStream))
