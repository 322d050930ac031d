import type { WebSocketConstructor } from '../core/socketTransport.ts'
import type { SharedRequest } from '../core/portMessages.ts'
import type { OpenSource, SourceSink } from './sources.ts'

interface Listening {
  addEventListener(type: string, listener: (event: unknown) => void): void
}

const OPEN = 1

/** Opens WebSockets. The pages decide whether and when to retry. */
export function createSocketSource(
  webSocket: () => WebSocketConstructor | undefined,
): OpenSource<SharedRequest & { kind: 'socket' }> {
  return ({ url, protocols, binaryType, firstMessage }, sink) => {
    // It may contain a token.
    let first = firstMessage
    let isOver = false
    let isOpen = false
    const end: SourceSink['onEnd'] = ending => {
      if (!isOver) sink.onEnd(ending)
      isOver = true
    }
    const socket = create(webSocket(), url, protocols)
    if (!socket) queueMicrotask(() => end({ kind: 'refused' }))
    if (socket && binaryType) socket.binaryType = binaryType
    const events = socket as Listening | undefined
    events?.addEventListener('open', () => {
      if (isOver) return
      isOpen = true
      if (first !== undefined) socket?.send(first)
      first = undefined
      sink.onOpen()
    })
    events?.addEventListener('message', event => {
      if (!isOver) sink.onFrame((event as { data: unknown }).data)
    })
    events?.addEventListener('close', event =>
      end({ kind: 'close', code: (event as { code: number }).code, opened: isOpen }),
    )
    // In Node, closing a connecting socket throws if nothing listens for errors.
    events?.addEventListener('error', () => undefined)
    return {
      send(data) {
        if (!isOver && socket?.readyState === OPEN) socket.send(data)
      },
      close() {
        isOver = true
        socket?.close()
      },
    }
  }
}

/** Returns `undefined` if the class does not accept it. Its error would quote the URL, including its token. */
function create(Socket: WebSocketConstructor | undefined, url: string, protocols: string[]) {
  try {
    return Socket && (protocols.length > 0 ? new Socket(url, protocols) : new Socket(url))
  } catch {
    return undefined
  }
}
