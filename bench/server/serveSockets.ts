import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Channels, Listener } from './Channel.ts'

/** Bytes that may be buffered in a socket before more are produced. */
const highWater = 4_194_304

/** Connects WebSockets at `/socket/<channel>` to channels; `?seq=` is the last position seen. */
export function serveSockets(server: Server, channels: Channels): WebSocketServer {
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    const channel = channels.get(url.pathname.split('/').at(-1) ?? '')
    const seen = url.searchParams.get('seq')
    if (seen !== null) {
      socket.send(JSON.stringify({ type: 'welcome', response: { resumed: true } }))
      for (const frame of channel.keptFrom(Number(seen) + 1)) socket.send(frame)
    }
    socket.once('close', channel.join(toListener(socket, request.socket)))
  })
  return sockets
}

function toListener(socket: WebSocket, connection: Duplex): Listener {
  return {
    async send(frames) {
      // One system write for all frames, so that the server leaves the processor to the browser.
      connection.cork()
      for (const frame of frames.slice(0, -1)) socket.send(frame)
      const isFull = socket.bufferedAmount > highWater
      const isSent = new Promise<void>(resolve => socket.send(frames.at(-1) ?? '', () => resolve()))
      connection.uncork()
      if (isFull) await isSent
    },
  }
}
