import { WebSocket as NodeWebSocket } from 'ws'
import { RealtimeProvider } from 'react-query-realtime'

// The provider takes what the platform has, and what Node's `ws` brings.
export const ofThePlatform = <RealtimeProvider webSocket={WebSocket} fetch={fetch} />
export const ofNode = <RealtimeProvider webSocket={NodeWebSocket} />
// @ts-expect-error a class that is no WebSocket
export const ofNothing = <RealtimeProvider webSocket={Map} />
