import { createServer, type Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

interface Frame {
  type: string
  params: { symbol: string; amount?: number }
  id?: number
  subscribe?: boolean
}

const prices = new Map<string, number>()
const readers = new Map<WebSocket, Set<string>>()
/** What clients have sent, in order. */
export const received: string[] = []
export const sockets = { opened: 0 }

function onConnection(socket: WebSocket) {
  const symbols = new Set<string>()
  sockets.opened++
  readers.set(socket, symbols)
  socket.on('close', () => readers.delete(socket))
  socket.on('message', (data: Buffer) => {
    const { type, params, id, subscribe } = JSON.parse(data.toString()) as Frame
    if (type !== 'price' && type !== 'order.place') return
    received.push(
      `${subscribe === undefined ? '' : subscribe ? 'subscribe ' : 'unsubscribe '}${type} ${params.symbol}`,
    )
    if (type === 'order.place') {
      socket.send(JSON.stringify({ type, params, re: id, response: { id: `order-${received.length}` } }))
      return
    }
    if (subscribe === false) return
    symbols.add(params.symbol)
    socket.send(JSON.stringify({ ...messageOf(params.symbol), re: id }))
  })
}

export function setPrice(symbol: string, last: number) {
  prices.set(symbol, last)
  for (const [socket, symbols] of readers)
    if (symbols.has(symbol)) socket.send(JSON.stringify(messageOf(symbol)))
}

function messageOf(symbol: string) {
  return { type: 'price', params: { symbol }, response: { last: prices.get(symbol) ?? 0 } }
}

export function createMarketServer(): Server {
  const server = createServer()
  new WebSocketServer({ server }).on('connection', onConnection)
  return server
}
