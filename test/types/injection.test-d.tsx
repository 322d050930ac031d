import { WebSocket as NodeWebSocket } from 'ws'
import { RealtimeProvider } from 'react-query-realtime'

// The provider takes what the platform has, and what Node's `ws` brings.
export const ofThePlatform = <RealtimeProvider webSocket={WebSocket} fetch={fetch} />
export const ofNode = <RealtimeProvider webSocket={NodeWebSocket} />

/** A test double. Its listeners receive a plain `Event`. */
class FakeWebSocket extends EventTarget {
  readyState = 0
  binaryType = 'blob'
  readonly sent: unknown[] = []
  readonly url: string
  constructor(url: string) {
    super()
    this.url = url
  }
  send(data: unknown): void {
    this.sent.push(data)
  }
  close(): void {
    this.readyState = 3
    this.dispatchEvent(Object.assign(new Event('close'), { code: 1000 }))
  }
}
export const ofTests = <RealtimeProvider webSocket={FakeWebSocket} />
// @ts-expect-error a class that is no WebSocket
export const ofNothing = <RealtimeProvider webSocket={Map} />
