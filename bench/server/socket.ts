import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Listener } from './send.ts'
import type { Runs } from './runs.ts'

/** Bytes that may wait in a socket before more is made. */
const highWater = 4_194_304

/** Lets WebSockets at `/socket/<run>` listen to runs. */
export function serveSockets(server: Server, runs: Runs): void {
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => {
    const name = (request.url ?? '').split('?')[0]?.split('/').at(-1) ?? ''
    socket.once('close', runs.get(name).join(toListener(socket, request.socket)))
  })
}

function toListener(socket: WebSocket, connection: Duplex): Listener {
  return {
    async send(frames) {
      // One write of the system for all frames, so that the server leaves the processor to the browser.
      connection.cork()
      for (const frame of frames.slice(0, -1)) socket.send(frame)
      const isFull = socket.bufferedAmount > highWater
      const isSent = new Promise<void>(resolve => socket.send(frames.at(-1) ?? '', () => resolve()))
      connection.uncork()
      if (isFull) await isSent
    },
  }
}
