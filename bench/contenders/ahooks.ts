import { useWebSocket } from 'ahooks'
import { renderReact } from '../page/renderReact.tsx'
import { startPage } from '../page/startPage.ts'
import { storeComponents, type UseStream } from './storeComponents.tsx'

const useStream: UseStream = (url, receive) => {
  useWebSocket(url, { onMessage: ({ data }: MessageEvent<string>) => receive(data) })
}

startPage(renderReact(storeComponents(useStream)))
