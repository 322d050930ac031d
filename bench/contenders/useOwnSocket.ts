import { useEffect } from 'react'
import type { UseStream } from './storeComponents.tsx'

/** A WebSocket by hand. */
export const useOwnSocket: UseStream = (url, receive) => {
  useEffect(() => {
    const socket = new WebSocket(url)
    socket.onmessage = ({ data }: MessageEvent<string>) => receive(data)
    return () => socket.close()
  }, [url, receive])
}
