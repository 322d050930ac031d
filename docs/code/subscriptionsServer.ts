import { createServer, type Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

// #region server
/** The symbols that each socket gets. They end with the socket. */
const wanted = new Map<WebSocket, Set<string>>()
const prices = new Map<string, number>()

function onMessage(socket: WebSocket, data: Buffer) {
  const { type, params, id } = JSON.parse(data.toString()) as {
    type: string
    params: { symbol: string }
    id?: number
  }
  if (type === 'price') {
    wanted.get(socket)?.add(params.symbol)
    socket.send(JSON.stringify({ ...messageOf(params.symbol), re: id }))
  }
  if (type === 'price.stop') wanted.get(socket)?.delete(params.symbol)
}

export function setPrice(symbol: string, last: number) {
  prices.set(symbol, last)
  for (const [socket, symbols] of wanted) {
    if (symbols.has(symbol)) socket.send(JSON.stringify(messageOf(symbol)))
  }
}

function messageOf(symbol: string) {
  return { type: 'price', params: { symbol }, response: { last: prices.get(symbol) ?? 0 } }
}
// #endregion server

export function createMarketServer(): Server {
  const server = createServer()
  new WebSocketServer({ server }).on('connection', (socket: WebSocket) => {
    wanted.set(socket, new Set())
    socket.on('message', (data: Buffer) => onMessage(socket, data))
    socket.on('close', () => wanted.delete(socket))
  })
  return server
}

export const wantedSymbols = () => [...wanted.values()].flatMap(symbols => [...symbols]).sort()
