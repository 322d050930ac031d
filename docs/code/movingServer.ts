import { createServer, type ServerResponse } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

/** Has its own message format. Pushes prices over a WebSocket and as Server-Sent Events, and takes orders. */
export function createMovingServer() {
  const prices = new Map([
    ['BTC', 42],
    ['ETH', 7],
  ])
  const orders: unknown[] = []
  const streams = new Set<ServerResponse>()

  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    streams.add(response)
    response.on('close', () => streams.delete(response))
    for (const [symbol, last] of prices) response.write(eventOf(symbol, last))
  })

  const sockets = new WebSocketServer({ server, path: '/socket' })
  sockets.on('connection', (socket: WebSocket) => {
    for (const [symbol, last] of prices) socket.send(frameOf(symbol, last))
    socket.on('message', (data: Buffer) => orders.push(JSON.parse(data.toString())))
  })

  const frameOf = (symbol: string, last: number) => JSON.stringify({ kind: 'price', symbol, last })
  const eventOf = (symbol: string, last: number) =>
    `event: price\ndata: ${JSON.stringify({ symbol, last })}\n\n`

  return {
    server,
    /** What clients have sent. */
    orders,
    setPrice(symbol: string, last: number) {
      prices.set(symbol, last)
      for (const socket of sockets.clients) socket.send(frameOf(symbol, last))
      for (const stream of streams) stream.write(eventOf(symbol, last))
    },
  }
}
