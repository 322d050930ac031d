import { useWebSocket } from 'react-use-websocket/dist/lib/use-websocket.js'
import { startReactPage } from '../page/startReactPage.tsx'
import { storeComponents, type UseStream } from './storeComponents.tsx'

const useStream: UseStream = ({ url }, receive) => {
  useWebSocket(url, {
    share: true,
    // It lets nothing through, so that a message sets no state of the hook.
    filter: () => false,
    onMessage: ({ data }: MessageEvent<string>) => receive(data),
    shouldReconnect: () => true,
  })
}

startReactPage(storeComponents(useStream))
