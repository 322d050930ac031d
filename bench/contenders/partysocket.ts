import { useWebSocket } from 'partysocket/react'
import { renderReact } from '../page/renderReact.tsx'
import { startPage } from '../page/startPage.ts'
import { storeComponents, type UseStream } from './storeComponents.tsx'

const useStream: UseStream = (url, receive) => {
  useWebSocket(url, undefined, { onMessage: ({ data }: MessageEvent<string>) => receive(data) })
}

startPage(renderReact(storeComponents(useStream)))
