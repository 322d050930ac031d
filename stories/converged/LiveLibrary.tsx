import { useMemo } from 'react'
import { RealtimeProvider, useSocket } from 'react-query-realtime'
import { liveOrders } from './liveOrders.ts'
import type { LiveProps } from './sides.ts'

/** Runs the library. */
export function LiveLibrary({ url, webSocket }: LiveProps) {
  return (
    <RealtimeProvider webSocket={webSocket} heartbeat={{ interval: 2_000, timeout: 2_000 }}>
      <Live url={url} />
    </RealtimeProvider>
  )
}

function Live({ url }: { readonly url: string }) {
  useSocket(useMemo(() => liveOrders(url), [url]))
  return null
}
