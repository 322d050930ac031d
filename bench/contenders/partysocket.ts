import { useWebSocket } from 'partysocket/react'
import { startReactPage } from '../page/startReactPage.tsx'
import { storeComponents, type UseStream } from './storeComponents.tsx'

const useStream: UseStream = ({ url }, receive) => {
  useWebSocket(url, undefined, { onMessage: ({ data }: MessageEvent<string>) => receive(data) })
}

startReactPage(storeComponents(useStream))
