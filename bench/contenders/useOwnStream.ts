import { useEffect } from 'react'
import { openStream } from '../page/openStream.ts'
import type { UseStream } from './storeComponents.tsx'

/** A WebSocket or an EventSource by hand. */
export const useOwnStream: UseStream = ({ url, transport }, receive) => {
  useEffect(() => openStream(url, transport, receive), [url, transport, receive])
}
