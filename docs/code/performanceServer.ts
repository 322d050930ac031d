import { createServer, type Server } from 'node:http'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

// #region batch
const changed = new Map<string, { last: number; at: number }>()

/** Keeps the newest price of each symbol until the next frame. */
export function setPrice(symbol: string, last: number) {
  changed.set(symbol, { last, at: ++version })
}

/** Sends what has changed as one frame: an array of messages. Call it ten times a second, for example. */
export function flush(sockets: Iterable<WebSocket>) {
  const messages = [...changed].map(([symbol, response]) => ({ type: 'price', params: { symbol }, response }))
  changed.clear()
  const frame = JSON.stringify(messages)
  for (const socket of sockets) socket.send(frame)
}
// #endregion batch

let version = 0

export function createMarketServer(onReady: (flushAll: () => void) => void): Server {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket: WebSocket) => {
    socket.on('message', (data: Buffer) => {
      const { params, id } = JSON.parse(data.toString()) as { params: unknown; id: number }
      socket.send(JSON.stringify({ type: 'price', params, re: id, response: { last: 1, at: 0 } }))
    })
  })
  onReady(() => flush(sockets.clients))
  return server
}
