import { useWebSocket } from 'react-use-websocket/dist/lib/use-websocket.js'
import { renderReact } from '../page/renderReact.tsx'
import { startPage } from '../page/startPage.ts'
import { storeComponents, type UseStream } from './storeComponents.tsx'

// With a filter that lets nothing through, a message sets no state of the hook.
const useStream: UseStream = (url, receive) => {
  useWebSocket(url, {
    share: true,
    filter: () => false,
    onMessage: ({ data }: MessageEvent<string>) => receive(data),
  })
}

startPage(renderReact(storeComponents(useStream)))
